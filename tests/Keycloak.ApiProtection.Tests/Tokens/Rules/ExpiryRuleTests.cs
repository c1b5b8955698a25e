using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class ExpiryRuleTests
{
    [Theory]
    [InlineData(30)]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_token_serves_until_the_last_millisecond_of_the_clock_skew_and_not_one_longer(int skew)
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(clockSkew: skew));
        var token = api.Alice.WithDate("exp", api.Now).Text;

        api.Realm.Time.SetWallClock(api.Now.AddSeconds(skew).AddMilliseconds(-1));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));

        // RFC 7519: on or after the expiration time it must not be accepted.
        api.Realm.Time.SetWallClock(api.Now.AddMilliseconds(1));
        Assert.Equal("expired", await api.VerdictAsync(token));

        api.Realm.Time.SetWallClock(api.Now.AddMilliseconds(1));
        Assert.Equal("expired", await api.VerdictAsync(token));
        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task A_token_four_minutes_past_its_end_is_refused()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("expired", await api.VerdictAsync(api.Alice.WithDate("exp", api.Now.AddMinutes(-4))));
    }

    [Fact]
    public async Task A_token_that_would_never_end_is_refused()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("expiry_missing", await api.VerdictAsync(api.Alice.Without("exp")));
        Assert.Equal("expiry_missing", await api.VerdictAsync(api.Alice.With("exp", "0")));
        Assert.Equal("expiry_missing", await api.VerdictAsync(api.Alice.With("exp", "-0")));
        Assert.Equal("expired", await api.VerdictAsync(api.Alice.With("exp", "1")));
    }

    [Fact]
    public async Task The_last_second_that_can_be_said_is_a_date_and_the_next_is_none()
    {
        using var api = await OrdersApi.StartAsync();
        var token = await api.AcceptAsync(api.Alice.With("exp", "253402300799"));

        Assert.Equal(9999, token.ExpiresAt.Year);
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("exp", "253402300800")));
    }

    [Fact]
    public void At_the_ends_of_time_nothing_overflows()
    {
        Assert.False(ExpiryRule.IsOver(253_402_300_799, DateTimeOffset.MinValue, TimeSpan.FromDays(365)));
        Assert.False(ExpiryRule.IsOver(253_402_300_799, DateTimeOffset.MaxValue, TimeSpan.FromSeconds(30)));
        Assert.True(ExpiryRule.IsOver(1, DateTimeOffset.MaxValue, TimeSpan.Zero));
    }
}
