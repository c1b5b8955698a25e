using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>The exact payloads of Keycloak 26.7.3 and 24.0.5. <see cref="SignedToken"/> sets the issuer and the times.</summary>
internal static class KeycloakPayloads
{
    public const string Alice = """
        {"exp":1795221251,"iat":1795220951,"jti":"onrtro:254a3673-93a0-ffc0-30dd-4aecef7dabee","iss":"http://127.0.0.1:18080/realms/demo","aud":["orders-api","gateway","shipping-api","account"],"sub":"c156d07e-4bed-4bb7-8371-8468b4de79ab","typ":"Bearer","azp":"cli","sid":"XqecREegFvE0iVapvbzsuCNO","acr":"silver","realm_access":{"roles":["offline_access","admin","default-roles-demo","uma_authorization","customer"]},"resource_access":{"shipping-api":{"roles":["dispatcher"]},"orders-api":{"roles":["reader","writer"]},"account":{"roles":["manage-account","manage-account-links","view-profile"]}},"scope":"openid email orders:read organization groups profile","email_verified":true,"organization":["acme"],"name":"Alice Example","groups":["/staff"],"preferred_username":"alice","given_name":"Alice","family_name":"Example","email":"alice@example.com"}
        """;

    public const string Alice24 = """
        {"exp":1795221313,"iat":1795221013,"jti":"f0bc24bc-27d1-4d94-9766-fff5de1afeda","iss":"http://127.0.0.1:18080/realms/demo","aud":["gateway","orders-api","shipping-api","account"],"sub":"09bc05be-185c-4de0-b25d-55fc2e908a66","typ":"Bearer","azp":"cli","session_state":"a332d35b-6ea3-42f8-832e-b7e7c0332745","acr":"silver","realm_access":{"roles":["offline_access","admin","default-roles-demo","uma_authorization","customer"]},"resource_access":{"shipping-api":{"roles":["dispatcher"]},"orders-api":{"roles":["reader","writer"]},"account":{"roles":["manage-account","manage-account-links","view-profile"]}},"scope":"openid profile email orders:read groups","sid":"a332d35b-6ea3-42f8-832e-b7e7c0332745","email_verified":true,"name":"Alice Example","groups":["/staff"],"preferred_username":"alice","given_name":"Alice","family_name":"Example","email":"alice@example.com"}
        """;

    public const string ServiceAccount = """
        {"exp":1795221252,"iat":1795220952,"jti":"trrtcc:76bd7d5f-a864-b050-76a5-ad050fbf2544","iss":"http://127.0.0.1:18080/realms/demo","aud":["orders-api","gateway","account"],"sub":"3f0685cf-d245-42a5-a343-34e276a9992f","typ":"Bearer","azp":"batch","acr":"silver","realm_access":{"roles":["offline_access","default-roles-demo","uma_authorization"]},"resource_access":{"orders-api":{"roles":["reader"]},"account":{"roles":["manage-account","manage-account-links","view-profile"]}},"scope":"email orders:read profile","email_verified":false,"clientHost":"127.0.0.1","preferred_username":"service-account-batch","clientAddress":"127.0.0.1","client_id":"batch"}
        """;

    public const string NoAudience = """
        {"exp":1795221251,"iat":1795220951,"jti":"onrtro:d46abac1-86f6-4b6b-665f-929a61bbce38","iss":"http://127.0.0.1:18080/realms/demo","aud":"account","sub":"3dfaa559-1f23-4567-a029-59502ff46482","typ":"Bearer","azp":"no-audience","sid":"mRpyiz0cfikqud0F7D0lM6J9","acr":"silver","realm_access":{"roles":["offline_access","default-roles-demo","uma_authorization"]},"resource_access":{"account":{"roles":["manage-account","manage-account-links","view-profile"]}},"scope":"openid email profile","email_verified":true,"name":"Mallory Example","preferred_username":"mallory","given_name":"Mallory","family_name":"Example","email":"mallory@example.com"}
        """;

    public const string Lightweight = """
        {"exp":1795221252,"iat":1795220952,"jti":"onltro:792556b5-4596-aedf-8590-29dde2dc2280","iss":"http://127.0.0.1:18080/realms/demo","typ":"Bearer","azp":"lightweight","sid":"t9Gc7Qj64JBe3IM1AG78r20z","scope":"openid email orders:read profile"}
        """;

    public const string Lightweight24 = """
        {"exp":1795221314,"iat":1795221014,"jti":"dd623df1-c143-4bcf-9752-0a45bc21b54f","iss":"http://127.0.0.1:18080/realms/demo","sub":"09bc05be-185c-4de0-b25d-55fc2e908a66","typ":"Bearer","azp":"lightweight","session_state":"26214e08-0c5e-4383-8c47-5261e8e3b2fd","scope":"openid profile email orders:read","sid":"26214e08-0c5e-4383-8c47-5261e8e3b2fd"}
        """;

    public const string DPoP = """
        {"exp":1795221292,"iat":1795220992,"jti":"onrtro:a855f447-5a6b-63db-0714-9b9296c4ae75","iss":"http://127.0.0.1:18080/realms/demo","aud":["orders-api","gateway","shipping-api","account"],"sub":"c156d07e-4bed-4bb7-8371-8468b4de79ab","typ":"DPoP","azp":"dpop","sid":"B36xz7Jdm4KXQrYTnnr9xRcX","acr":"silver","realm_access":{"roles":["offline_access","admin","default-roles-demo","uma_authorization","customer"]},"resource_access":{"shipping-api":{"roles":["dispatcher"]},"orders-api":{"roles":["reader","writer"]},"account":{"roles":["manage-account","manage-account-links","view-profile"]}},"cnf":{"jkt":"UN-9BygUxBqeel0DgufvGzMCGOU4l3GU4vf6ozNlC2o","kc-jkt-type":"DPoP"},"scope":"openid email orders:read profile","email_verified":true,"name":"Alice Example","preferred_username":"alice","given_name":"Alice","family_name":"Example","email":"alice@example.com"}
        """;

    public const string Id = """
        {"exp":1795221251,"iat":1795220951,"jti":"ab044048-19c0-7352-c5b8-2b8b80b71421","iss":"http://127.0.0.1:18080/realms/demo","aud":"orders-api","sub":"c156d07e-4bed-4bb7-8371-8468b4de79ab","typ":"ID","azp":"orders-api","sid":"XqecREegFvE0iVapvbzsuCNO","at_hash":"96g4-G9nd6bGK7S4KCJxYA","acr":"silver","email_verified":true,"organization":["acme"],"name":"Alice Example","groups":["/staff"],"preferred_username":"alice","given_name":"Alice","family_name":"Example","email":"alice@example.com"}
        """;

    public const string Refresh = """
        {"exp":1795222751,"iat":1795220951,"jti":"cd9ce7e3-6897-2430-b477-0218403b93e6","iss":"http://127.0.0.1:18080/realms/demo","aud":"http://127.0.0.1:18080/realms/demo","sub":"c156d07e-4bed-4bb7-8371-8468b4de79ab","typ":"Refresh","azp":"cli","sid":"XqecREegFvE0iVapvbzsuCNO","scope":"openid acr basic email orders:read organization groups web-origins profile roles","aud_x":["orders-api","gateway","shipping-api","account"],"prov":"default","organization":"acme"}
        """;

    public const string Offline = """
        {"iat":1795220952,"jti":"02c402ac-ee99-629a-afcc-91608c1803cd","iss":"http://127.0.0.1:18080/realms/demo","aud":"http://127.0.0.1:18080/realms/demo","sub":"c156d07e-4bed-4bb7-8371-8468b4de79ab","typ":"Offline","azp":"cli","sid":"Aw35QTc_TZLLxAda1Xmisyus","scope":"openid acr basic offline_access email orders:read web-origins profile roles","aud_x":["orders-api","gateway","shipping-api","account"],"prov":"default"}
        """;

    public const string Logout = """
        {"exp":1795221077,"iat":1795220957,"jti":"7206722a-d912-2df4-8e3d-061f9e63f823","iss":"http://127.0.0.1:18080/realms/demo","aud":"orders-api","sub":"c156d07e-4bed-4bb7-8371-8468b4de79ab","typ":"Logout","sid":"zSTAZGYAvalVPmWfjgH41st5","events":{"http://schemas.openid.net/event/backchannel-logout":{}}}
        """;
}
