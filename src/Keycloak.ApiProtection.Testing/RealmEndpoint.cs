namespace Keycloak.ApiProtection.Testing;

/// <summary>The endpoints of a realm. Values can be combined.</summary>
[Flags]
public enum RealmEndpoint
{
    /// <summary>No endpoint.</summary>
    None = 0,

    /// <summary><c>/.well-known/openid-configuration</c>: the discovery document (OpenID Connect Discovery).</summary>
    Discovery = 1,

    /// <summary><c>/protocol/openid-connect/certs</c>: the JWK set (RFC 7517).</summary>
    Jwks = 2,

    /// <summary><c>/protocol/openid-connect/token</c> (RFC 6749).</summary>
    Token = 4,

    /// <summary><c>/protocol/openid-connect/token/introspect</c> (RFC 7662).</summary>
    Introspection = 8,

    /// <summary><c>/protocol/openid-connect/revoke</c> (RFC 7009).</summary>
    Revocation = 16,

    /// <summary><c>/protocol/openid-connect/logout</c> (OpenID Connect RP-Initiated Logout), with a refresh token.</summary>
    Logout = 32,

    /// <summary><c>/protocol/openid-connect/userinfo</c> (OpenID Connect Core section 5.3).</summary>
    UserInfo = 64,

    /// <summary><c>/realms/{realm}</c>: the realm's public key and addresses.</summary>
    RealmInfo = 128,

    /// <summary>Every other path.</summary>
    Other = 256,

    /// <summary><c>/admin/realms/{realm}/events</c>, <c>/admin-events</c> and <c>/events/config</c>: the stored events.</summary>
    StoredEvents = 512,

    /// <summary>All endpoints.</summary>
    All = Discovery | Jwks | Token | Introspection | Revocation | Logout | UserInfo | RealmInfo | Other | StoredEvents,
}
