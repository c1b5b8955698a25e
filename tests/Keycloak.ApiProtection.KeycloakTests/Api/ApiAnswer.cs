using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Api;

/// <summary>What the protected API answered.</summary>
/// <param name="Http">The answer itself.</param>
/// <param name="Challenge">The header <c>WWW-Authenticate</c>, or null.</param>
/// <param name="Rejection">The code of the rule that refused the token, or null.</param>
public sealed record ApiAnswer(HttpAnswer Http, string? Challenge, string? Rejection)
{
    public int Status => (int)Http.Status;
}
