namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class IssuedAtRuleTests
{
    [Fact]
    public async Task An_issue_time_may_be_ahead_by_the_clock_skew_but_not_by_a_millisecond_more()
    {
        using var api = await OrdersApi.StartAsync();
        var issued = api.Now;
        var token = api.Alice.WithDate("iat", issued).Text;

        api.Realm.Time.SetWallClock(issued.AddSeconds(-30).AddMilliseconds(-1));
        Assert.Equal("issued_ahead", await api.VerdictAsync(token));

        api.Realm.Time.SetWallClock(issued.AddSeconds(-30));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task A_token_without_an_issue_time_is_rejected_because_it_could_not_be_revoked()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("issued_at_missing", await api.VerdictAsync(api.Alice.Without("iat")));
        Assert.Equal("issued_at_missing", await api.VerdictAsync(api.Alice.With("iat", "0")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("iat", "1")));
        Assert.Equal("issued_ahead", await api.VerdictAsync(api.Alice.With("iat", "253402300799")));
    }
}
