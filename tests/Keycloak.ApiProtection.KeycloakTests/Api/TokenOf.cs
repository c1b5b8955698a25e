namespace Keycloak.ApiProtection.KeycloakTests.Api;

/// <summary>The tokens that the realm <c>demo</c> can hand out, and that end up at an API's door one way or another.</summary>
public enum TokenOf
{
    /// <summary>Alice by the client <c>cli</c>, with <c>orders:write</c>.</summary>
    Alice,

    /// <summary>Alice by the client <c>cli</c>, without <c>orders:write</c>.</summary>
    AliceWithoutWrite,

    /// <summary>Alice by the client <c>cli</c>, refreshed.</summary>
    AliceRefreshed,

    /// <summary>Alice by <c>cli</c> with <c>offline_access</c>: the access token, which is as good as any.</summary>
    AliceWithOfflineAccess,

    /// <summary>Bob by the client <c>cli</c>, with <c>orders:write</c> that his roles do not back.</summary>
    Bob,

    /// <summary>Mallory by the client <c>no-audience</c>: no roles, and the audience <c>account</c> alone.</summary>
    Mallory,

    /// <summary>The service account of <c>batch</c>.</summary>
    ServiceAccount,

    /// <summary>Alice, header type of RFC 9068.</summary>
    Rfc9068,

    /// <summary>Alice, signed with ES256.</summary>
    Es256,

    /// <summary>Alice, signed with PS256.</summary>
    Ps256,

    /// <summary>Alice, signed with Ed25519.</summary>
    EdDsa,

    /// <summary>Alice, lightweight.</summary>
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
