namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class NotBeforeRuleTests
{
    [Fact]
    public async Task A_not_before_may_be_ahead_by_the_clock_skew_but_not_by_a_millisecond_more()
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
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task An_nbf_of_0_from_old_Keycloak_versions_is_treated_as_absent()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("nbf", "0")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("nbf", "1")));
        Assert.Equal("not_yet_valid", await api.VerdictAsync(api.Alice.With("nbf", "253402300799")));
    }
}
