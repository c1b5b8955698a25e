using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.KeycloakTests.Contract;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests;

/// <summary>The contract on the embedded realm: it must behave like a real Keycloak.</summary>
public sealed class EmbeddedRealmTests(EmbeddedRealm realm) : RealmContract(realm), IClassFixture<EmbeddedRealm>
{
    private readonly EmbeddedRealm _realm = realm;

    [Theory]
    [InlineData("10:00:00", HttpStatusCode.Unauthorized)]
    [InlineData("00:00:00", HttpStatusCode.OK)]
    public async Task A_token_that_the_client_gets_of_the_session_after_the_logout_token_came_is_rejected_where_the_setting_says_so(
        string lifetime, HttpStatusCode expected)
    {
        await using var api = await StartListeningApiAsync(("Revocation:EndedSessionLifetime", lifetime));
        var before = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var session = before.AccessToken.Text("sid")!;
        await MeasureAsync(api, before, "consent withdrawn", () => Task.Run(() => _realm.WithdrawConsent("alice", "cli"), Cancellation));
        var ended = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Jwt after;
        do
        {
            after = _realm.TokenOfSession("alice", "cli", session);
        }
        while (after.Number("iat") <= ended);

        Assert.Equal(expected, await api.CallAsync(after, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(_realm.TokenOfSession("alice", "spa", session), Cancellation));
        Assert.Equal(
            HttpStatusCode.OK,
            await api.CallAsync((await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken, Cancellation));
    }

    [Theory]
    [InlineData("ES256", "Required", "200 after 2", "401")]
    [InlineData("RS256", "UnderPressure", "200 after 1", "200")]
    public Task An_independent_client_calls_the_API_with_bound_tokens(string algorithm, string nonces, string first, string withoutNonce) =>
        CallsWithAnIndependentClientAsync(algorithm, nonces, first, withoutNonce);
}
