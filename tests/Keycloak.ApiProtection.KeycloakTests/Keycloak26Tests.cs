using Keycloak.ApiProtection.KeycloakTests.Contract;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests;

/// <summary>The contract on a real Keycloak 26. Skipped if <c>KEYCLOAK_HOME</c> does not contain one.</summary>
public sealed class Keycloak26Tests(Keycloak26 keycloak) : KeycloakContract(keycloak), IClassFixture<Keycloak26>
{
    [Fact]
    public Task Keycloak_accepts_only_the_certificate_of_the_named_HttpClient() => TakesTheCertificateOfTheNamedHttpClientAsync();

    [Theory]
    [InlineData("ES256", "Required", "200 after 2", "401")]
    [InlineData("RS256", "UnderPressure", "200 after 1", "200")]
    public Task An_independent_client_calls_the_API_with_bound_tokens(string algorithm, string nonces, string first, string withoutNonce) =>
        CallsWithAnIndependentClientAsync(algorithm, nonces, first, withoutNonce);

    [Fact]
    public Task A_token_that_Keycloak_has_bound_to_a_certificate_is_accepted_only_with_it() =>
        AcceptsABoundTokenOnlyWithItsCertificateAsync();
}
