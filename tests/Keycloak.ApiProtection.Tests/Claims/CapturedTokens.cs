namespace Keycloak.ApiProtection.Tests.Claims;

/// <summary>Payloads of access tokens that real Keycloak servers issued.</summary>
internal static class CapturedTokens
{
    /// <summary>Alice's token from Keycloak 26.7.3, with every kind of permission.</summary>
    public const string Alice26 = """
        {"exp":1795221251,
         "iat":1795220951,
         "jti":"onrtro:254a3673-93a0-ffc0-30dd-4aecef7dabee",
         "iss":"http://127.0.0.1:18080/realms/demo",
         "aud":["orders-api","gateway","shipping-api","account"],
         "sub":"c156d07e-4bed-4bb7-8371-8468b4de79ab",
         "typ":"Bearer",
         "azp":"cli",
         "sid":"XqecREegFvE0iVapvbzsuCNO",
         "acr":"silver",
         "realm_access":{"roles":["offline_access","admin","default-roles-demo","uma_authorization","customer"]},
         "resource_access":{"shipping-api":{"roles":["dispatcher"]},"orders-api":{"roles":["reader","writer"]},"account":{"roles":["manage-account","manage-account-links","view-profile"]}},
         "scope":"openid email orders:read organization groups profile",
         "email_verified":true,
         "organization":["acme"],
         "name":"Alice Example",
         "groups":["/staff"],
         "preferred_username":"alice",
         "given_name":"Alice",
         "family_name":"Example",
         "email":"alice@example.com"}
        """;

    /// <summary>Alice's token from Keycloak 24.0.5, with session_state and without organizations.</summary>
    public const string Alice24 = """
        {"exp":1795221313,
         "iat":1795221013,
         "jti":"f0bc24bc-27d1-4d94-9766-fff5de1afeda",
         "iss":"http://127.0.0.1:18080/realms/demo",
         "aud":["gateway","orders-api","shipping-api","account"],
         "sub":"09bc05be-185c-4de0-b25d-55fc2e908a66",
         "typ":"Bearer",
         "azp":"cli",
         "session_state":"a332d35b-6ea3-42f8-832e-b7e7c0332745",
         "acr":"silver",
         "realm_access":{"roles":["offline_access","admin","default-roles-demo","uma_authorization","customer"]},
         "resource_access":{"shipping-api":{"roles":["dispatcher"]},"orders-api":{"roles":["reader","writer"]},"account":{"roles":["manage-account","manage-account-links","view-profile"]}},
         "scope":"openid profile email orders:read groups",
         "sid":"a332d35b-6ea3-42f8-832e-b7e7c0332745",
         "email_verified":true,
         "name":"Alice Example",
         "groups":["/staff"],
         "preferred_username":"alice",
         "given_name":"Alice",
         "family_name":"Example",
         "email":"alice@example.com"}
        """;

    /// <summary>Bob's token from Keycloak 26.7.3.</summary>
    public const string Bob26 = """
        {"exp":1795221251,
         "iat":1795220951,
         "jti":"onrtro:fb334caf-0429-44f5-3b5d-6d2bac219930",
         "iss":"http://127.0.0.1:18080/realms/demo",
         "aud":["orders-api","gateway","account"],
         "sub":"d093395d-6df6-4637-a42c-943165e8e6a0",
         "typ":"Bearer",
         "azp":"cli",
         "sid":"wqogSkxF4IvuQIAPq5nXOjza",
         "acr":"silver",
         "realm_access":{"roles":["offline_access","default-roles-demo","uma_authorization","customer"]},
         "resource_access":{"orders-api":{"roles":["reader"]},"account":{"roles":["manage-account","manage-account-links","view-profile"]}},
         "scope":"openid email orders:read profile",
         "email_verified":true,
         "name":"Bob Example",
         "preferred_username":"bob",
         "given_name":"Bob",
         "family_name":"Example",
         "email":"bob@example.com"}
        """;

    /// <summary>A token from Keycloak 26.7.3 that is not meant for an API.</summary>
    public const string Mallory26 = """
        {"exp":1795221251,
         "iat":1795220951,
         "jti":"onrtro:d46abac1-86f6-4b6b-665f-929a61bbce38",
         "iss":"http://127.0.0.1:18080/realms/demo",
         "aud":"account",
         "sub":"3dfaa559-1f23-4567-a029-59502ff46482",
         "typ":"Bearer",
         "azp":"no-audience",
         "sid":"mRpyiz0cfikqud0F7D0lM6J9",
         "acr":"silver",
         "realm_access":{"roles":["offline_access","default-roles-demo","uma_authorization"]},
         "resource_access":{"account":{"roles":["manage-account","manage-account-links","view-profile"]}},
         "scope":"openid email profile",
         "email_verified":true,
         "name":"Mallory Example",
         "preferred_username":"mallory",
         "given_name":"Mallory",
         "family_name":"Example",
         "email":"mallory@example.com"}
        """;

    /// <summary>A lightweight token from Keycloak 26.7.3, without sub and roles.</summary>
    public const string Lightweight26 = """
        {"exp":1795221252,
         "iat":1795220952,
         "jti":"onltro:792556b5-4596-aedf-8590-29dde2dc2280",
         "iss":"http://127.0.0.1:18080/realms/demo",
         "typ":"Bearer",
         "azp":"lightweight",
         "sid":"t9Gc7Qj64JBe3IM1AG78r20z",
         "scope":"openid email orders:read profile"}
        """;

    /// <summary>A service account's token from Keycloak 26.7.3.</summary>
    public const string ServiceAccount26 = """
        {"exp":1795221252,
         "iat":1795220952,
         "jti":"trrtcc:76bd7d5f-a864-b050-76a5-ad050fbf2544",
         "iss":"http://127.0.0.1:18080/realms/demo",
         "aud":["orders-api","gateway","account"],
         "sub":"3f0685cf-d245-42a5-a343-34e276a9992f",
         "typ":"Bearer",
         "azp":"batch",
         "acr":"silver",
         "realm_access":{"roles":["offline_access","default-roles-demo","uma_authorization"]},
         "resource_access":{"orders-api":{"roles":["reader"]},"account":{"roles":["manage-account","manage-account-links","view-profile"]}},
         "scope":"email orders:read profile",
         "email_verified":false,
         "clientHost":"127.0.0.1",
         "preferred_username":"service-account-batch",
         "clientAddress":"127.0.0.1",
         "client_id":"batch"}
        """;

    /// <summary>A service account's token from Keycloak 24.0.5.</summary>
    public const string ServiceAccount24 = """
        {"exp":1795221314,
         "iat":1795221014,
         "jti":"0b7d9eae-277c-4241-96a9-a6e8ad72e51d",
         "iss":"http://127.0.0.1:18080/realms/demo",
         "aud":["gateway","orders-api","account"],
         "sub":"53bfeb66-b571-4ab5-b28c-deb4c888c8e3",
         "typ":"Bearer",
         "azp":"batch",
         "acr":"silver",
         "realm_access":{"roles":["offline_access","default-roles-demo","uma_authorization"]},
         "resource_access":{"orders-api":{"roles":["reader"]},"account":{"roles":["manage-account","manage-account-links","view-profile"]}},
         "scope":"profile email orders:read",
         "clientHost":"127.0.0.1",
         "email_verified":false,
         "preferred_username":"service-account-batch",
         "clientAddress":"127.0.0.1",
         "client_id":"batch"}
        """;
}
