using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class AccessTokenVerifierTests
{
    [Theory]
    [InlineData(KeycloakPayloads.Alice)]
    [InlineData(KeycloakPayloads.Alice24)]
    [InlineData(KeycloakPayloads.ServiceAccount)]
    public async Task Access_tokens_as_Keycloak_writes_them_are_accepted(string payload)
    {
        using var api = await OrdersApi.StartAsync();
        var token = await api.AcceptAsync(api.Token(payload));

        Assert.Equal(api.Now.AddSeconds(-60), token.IssuedAt);
        Assert.Equal(api.Now.AddSeconds(240), token.ExpiresAt);
        Assert.Equal(("RS256", OrdersApi.KeyId), (token.Algorithm, token.KeyId));
        Assert.Equal(FakeRealm.Issuer, token.Claims.Issuer);
        Assert.Equal(api.Token(payload).PayloadBytes, token.Claims.Payload);
        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task Good_tokens_need_no_question_to_Keycloak_and_none_of_them_waits()
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.Text;

        for (var request = 0; request < 100; request++)
        {
            var verification = api.Verifier.VerifyAsync(token.AsMemory(), TestContext.Current.CancellationToken);
            Assert.True(verification.IsCompletedSuccessfully);
            Assert.True((await verification).IsAccepted(out _));
        }

        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task The_first_token_waits_for_the_keys_and_is_accepted()
    {
        using var api = OrdersApi.StartWithoutKeys();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task Junk_at_an_api_without_keys_does_not_make_it_ask_for_them()
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
    public async Task While_Keycloak_is_out_of_reach_a_token_is_neither_good_nor_bad()
    {
        using var api = OrdersApi.StartWithoutKeys();
        api.Realm.GoDown();

        var verification = await api.Verifier.VerifyAsync(api.Alice.Text.AsMemory(), TestContext.Current.CancellationToken);
        Assert.False(verification.IsAccepted(out _));
        Assert.False(verification.IsRejected(out _));
        Assert.InRange(verification.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

        // What is bad without any key is bad all the same.
        Assert.Equal("expired", await api.VerdictAsync(api.Alice.WithDate("exp", api.Now.AddHours(-1))));

        api.Realm.ComeUp();
        api.Realm.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
    }

    [Fact]
    public async Task A_token_that_ends_while_its_keys_are_fetched_is_refused()
    {
        using var api = OrdersApi.StartWithoutKeys();
        api.Realm.Hold();
        var waiting = api.VerdictAsync(api.Alice.WithDate("exp", api.Now));
        await api.Realm.ArrivedAsync(1);

        api.Realm.Time.SetWallClock(api.Now.AddSeconds(31));
        api.Realm.Release();

        Assert.Equal("expired", await waiting);
    }
}
