namespace Keycloak.ApiProtection.Http;

/// <summary>The HTTP authentication schemes with which a token is sent.</summary>
internal static class TokenScheme
{
    /// <summary>RFC 6750 section 2.1.</summary>
    public const string Bearer = "Bearer";

    /// <summary>RFC 9449 section 7.1.</summary>
    public const string Dpop = "DPoP";
}
