using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection;

/// <summary>Which tokens are introspected by Keycloak (RFC 7662) after they were verified locally.</summary>
public enum IntrospectionMode
{
    /// <summary>
    /// None, except on endpoints that require it (<c>[RequireActiveToken]</c>). A revoked token is accepted until it expires.
    /// </summary>
    Never,

    /// <summary>Lightweight access tokens, which contain too few claims without it, and tokens on endpoints that require it.</summary>
    LightweightOnly,

    /// <summary>All tokens: a revoked token is rejected within <see cref="KeycloakIntrospectionOptions.Freshness"/>.</summary>
    Always,
}
