namespace Keycloak.ApiProtection.Tests.Http;

/// <summary>The values of <c>WWW-Authenticate</c> that many tests expect.</summary>
internal static class Challenges
{
    public const string Bearer = "Bearer realm=\"demo\"";

    public const string Dpop = "DPoP realm=\"demo\", algs=\"ES256 ES384 ES512 PS256 PS384 PS512 RS256\"";

    /// <summary>A request without a token learns both schemes.</summary>
    public const string WithoutToken = $"{Bearer}, {Dpop}";
}
