using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Api;

/// <summary>The response of the protected API.</summary>
/// <param name="Http">The HTTP response.</param>
/// <param name="Challenge">The header <c>WWW-Authenticate</c>, or null.</param>
/// <param name="Rejection">The rejection code, or null.</param>
public sealed record ApiAnswer(HttpAnswer Http, string? Challenge, string? Rejection)
{
    public int Status => (int)Http.Status;
}
