namespace Keycloak.ApiProtection.GatewayTests.Fixtures;

/// <summary>What a client of <see cref="DpopSite"/> received from NGINX, and why the check rejected the request.</summary>
/// <param name="Status">The status.</param>
/// <param name="Code">The code of the check's rejection, which no client sees; null if the check did not reject the token.</param>
/// <param name="Challenge">The header <c>WWW-Authenticate</c>; empty if there is none.</param>
/// <param name="Nonce">The header <c>DPoP-Nonce</c>; empty if there is none.</param>
/// <param name="CacheControl">The header <c>Cache-Control</c>; empty if there is none.</param>
/// <param name="Body">The body: what the API received.</param>
public sealed record DpopAnswer(int Status, string? Code, string Challenge, string Nonce, string CacheControl, string Body)
{
    /// <summary>Gets the status and, after a rejection, its code.</summary>
    public string Verdict => Code is null ? $"{Status}" : $"{Status} {Code}";
}
