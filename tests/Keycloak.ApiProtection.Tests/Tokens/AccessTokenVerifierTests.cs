using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class AccessTokenVerifierTests
{
    [Theory]
    [InlineData(KeycloakPayloads.Alice)]
    [InlineData(KeycloakPayloads.Alice24)]
    [InlineData(KeycloakPayloads.ServiceAccount)]
    public async Task Access_tokens_in_the_formats_of_Keycloak_are_accepted(string payload)
    {
        using var api = await OrdersApi.StartAsync();
        var token = await api.AcceptAsync(api.Token(payload));

        Assert.Equal(api.Now.AddSeconds(-60), token.IssuedAt);
        Assert.Equal(api.Now.AddSeconds(240), token.ExpiresAt);
        Assert.Equal(("RS256", OrdersApi.KeyId), (token.Algorithm, token.KeyId));
        Assert.Equal(RealmStub.Issuer, token.Claims.Issuer);
        Assert.Equal(api.Token(payload).PayloadBytes, token.Claims.Payload);
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task Valid_tokens_are_verified_synchronously_without_a_request_to_Keycloak()
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.Text;

        for (var request = 0; request < 100; request++)
        {
            var verification = api.Verifier.VerifyAsync(token.AsMemory(), TestContext.Current.CancellationToken);
            Assert.True(verification.IsCompletedSuccessfully);
            Assert.True((await verification).IsAccepted(out _));
        }

        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task The_first_token_waits_for_the_keys_and_is_accepted()
    {
        using var api = OrdersApi.StartWithoutKeys();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task Invalid_tokens_do_not_make_an_api_without_keys_fetch_them()
    {
        using var api = OrdersApi.StartWithoutKeys();

        Assert.Equal("form", await api.VerdictAsync("junk"));
        Assert.Equal("issuer", await api.VerdictAsync(api.Alice.WithText("iss", "https://evil.example")));
        Assert.Equal("expired", await api.VerdictAsync(api.Alice.WithDate("exp", api.Now.AddHours(-1))));
        Assert.Equal("audience", await api.VerdictAsync(api.Alice.With("aud", "\"account\"")));
        Assert.Equal("key_missing", await api.VerdictAsync(api.Alice.WithoutHeader("kid")));
        Assert.Equal(0, api.Realm.Requests);
    }

    [Fact]
    public async Task While_Keycloak_is_unavailable_a_token_is_neither_accepted_nor_rejected()
    {
        using var api = OrdersApi.StartWithoutKeys();
        api.Realm.GoDown();

        var verification = await api.Verifier.VerifyAsync(api.Alice.Text.AsMemory(), TestContext.Current.CancellationToken);
        Assert.False(verification.IsAccepted(out _));
        Assert.False(verification.IsRejected(out _));
        Assert.InRange(verification.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

        // A token that is invalid without any key is still rejected.
        Assert.Equal("expired", await api.VerdictAsync(api.Alice.WithDate("exp", api.Now.AddHours(-1))));

        api.Realm.ComeUp();
        api.Realm.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
    }

    [Fact]
    public async Task A_token_that_expires_while_its_key_is_fetched_is_rejected()
    {
        using var api = OrdersApi.StartWithoutKeys();
        api.Realm.HoldResponses();
        var waiting = api.VerdictAsync(api.Alice.WithDate("exp", api.Now));
        await api.Realm.ArrivedAsync(1);

        api.Realm.Time.SetWallClock(api.Now.AddSeconds(31));
        api.Realm.Release();

        Assert.Equal("expired", await waiting);
    }
}
