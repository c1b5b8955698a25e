namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class NotBeforeRuleTests
{
    [Fact]
    public async Task A_token_may_begin_as_far_ahead_as_the_clocks_may_differ_and_not_a_millisecond_more()
    {
        using var api = await OrdersApi.StartAsync();
        var begin = api.Now;
        var token = api.Alice.WithDate("nbf", begin).Text;

        api.Realm.Time.SetWallClock(begin.AddSeconds(-30).AddMilliseconds(-1));
        Assert.Equal("not_yet_valid", await api.VerdictAsync(token));

        api.Realm.Time.SetWallClock(begin.AddSeconds(-30));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));

        api.Realm.Time.SetWallClock(begin);
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));
        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task Nbf_0_is_how_an_old_Keycloak_says_that_there_is_none()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("nbf", "0")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("nbf", "1")));
        Assert.Equal("not_yet_valid", await api.VerdictAsync(api.Alice.With("nbf", "253402300799")));
    }
}
