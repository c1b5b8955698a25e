namespace Keycloak.ApiProtection.KeycloakTests.Api;

/// <summary>The tokens that the realm <c>demo</c> can issue, and that clients can send to an API.</summary>
public enum TokenOf
{
    /// <summary>Alice's token from the client <c>cli</c>, with <c>orders:write</c>.</summary>
    Alice,

    /// <summary>Alice's token from the client <c>cli</c>, without <c>orders:write</c>.</summary>
    AliceWithoutWrite,

    /// <summary>Alice's refreshed token from the client <c>cli</c>.</summary>
    AliceRefreshed,

    /// <summary>Alice's token from the client <c>cli</c>, with <c>offline_access</c>: an ordinary access token.</summary>
    AliceWithOfflineAccess,

    /// <summary>Bob's token from the client <c>cli</c>, with <c>orders:write</c> but without the required role.</summary>
    Bob,

    /// <summary>Mallory's token from the client <c>no-audience</c>, without roles and only with the audience <c>account</c>.</summary>
    Mallory,

    /// <summary>The token of the service account of <c>batch</c>.</summary>
    ServiceAccount,

    /// <summary>Alice's token with the header type of RFC 9068.</summary>
    Rfc9068,

    /// <summary>Alice's token, signed with ES256.</summary>
    Es256,

    /// <summary>Alice's token, signed with PS256.</summary>
    Ps256,

    /// <summary>Alice's token, signed with Ed25519.</summary>
    EdDsa,

    /// <summary>Alice's lightweight token.</summary>
    Lightweight,

    /// <summary>Alice's ID token.</summary>
    Id,

    /// <summary>Alice's refresh token.</summary>
    Refresh,

    /// <summary>Alice's offline token.</summary>
    Offline,

    /// <summary>Alice's access token with its last byte changed.</summary>
    Tampered,
}
