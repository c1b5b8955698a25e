using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection;

/// <summary>Whose tokens Keycloak is asked about, after they were found good here (RFC 7662).</summary>
public enum IntrospectionMode
{
    /// <summary>Nobody's, but on endpoints that ask for it (<c>[RequireActiveToken]</c>). A revoked token lives on until it expires.</summary>
    Never,

    /// <summary>Lightweight access tokens, which say too little to be judged without it; and endpoints that ask for it.</summary>
    LightweightOnly,

    /// <summary>Everybody's: a revoked token stops working within <see cref="KeycloakBearerOptions.Freshness"/>.</summary>
    Always,
}
