using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class ExpiryRuleTests
{
    [Theory]
    [InlineData(30)]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_token_is_accepted_until_the_last_millisecond_of_the_clock_skew(int skew)
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(clockSkew: skew));
        var token = api.Alice.WithDate("exp", api.Now).Text;

        api.Realm.Time.SetWallClock(api.Now.AddSeconds(skew).AddMilliseconds(-1));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));

        // RFC 7519: a token must not be accepted on or after its expiration time.
        api.Realm.Time.SetWallClock(api.Now.AddMilliseconds(1));
        Assert.Equal("expired", await api.VerdictAsync(token));

        api.Realm.Time.SetWallClock(api.Now.AddMilliseconds(1));
        Assert.Equal("expired", await api.VerdictAsync(token));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task A_token_that_expired_four_minutes_ago_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("expired", await api.VerdictAsync(api.Alice.WithDate("exp", api.Now.AddMinutes(-4))));
    }

    [Fact]
    public async Task A_token_without_an_expiration_time_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("expiry_missing", await api.VerdictAsync(api.Alice.Without("exp")));
        Assert.Equal("expiry_missing", await api.VerdictAsync(api.Alice.With("exp", "0")));
        Assert.Equal("expiry_missing", await api.VerdictAsync(api.Alice.With("exp", "-0")));
        Assert.Equal("expired", await api.VerdictAsync(api.Alice.With("exp", "1")));
    }

    [Fact]
    public async Task The_last_second_of_the_year_9999_is_a_valid_time_and_the_next_second_is_not()
    {
        using var api = await OrdersApi.StartAsync();
        var token = await api.AcceptAsync(api.Alice.With("exp", "253402300799"));

        Assert.Equal(9999, token.ExpiresAt.Year);
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("exp", "253402300800")));
    }

    [Fact]
    public void Extreme_dates_cause_no_overflow()
    {
        Assert.False(ExpiryRule.IsOver(253_402_300_799, DateTimeOffset.MinValue, TimeSpan.FromDays(365)));
        Assert.False(ExpiryRule.IsOver(253_402_300_799, DateTimeOffset.MaxValue, TimeSpan.FromSeconds(30)));
        Assert.True(ExpiryRule.IsOver(1, DateTimeOffset.MaxValue, TimeSpan.Zero));
    }
}
