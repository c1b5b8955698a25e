namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class IssuedAtRuleTests
{
    [Fact]
    public async Task A_token_may_be_issued_as_far_ahead_as_the_clocks_may_differ_and_not_a_millisecond_more()
    {
        using var api = await OrdersApi.StartAsync();
        var issued = api.Now;
        var token = api.Alice.WithDate("iat", issued).Text;

        api.Realm.Time.SetWallClock(issued.AddSeconds(-30).AddMilliseconds(-1));
        Assert.Equal("issued_ahead", await api.VerdictAsync(token));

        api.Realm.Time.SetWallClock(issued.AddSeconds(-30));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));
        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task A_token_that_does_not_say_when_it_was_issued_could_not_be_revoked_and_is_refused()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("issued_at_missing", await api.VerdictAsync(api.Alice.Without("iat")));
        Assert.Equal("issued_at_missing", await api.VerdictAsync(api.Alice.With("iat", "0")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("iat", "1")));
        Assert.Equal("issued_ahead", await api.VerdictAsync(api.Alice.With("iat", "253402300799")));
    }
}
