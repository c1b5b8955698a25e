using System.Text;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>The decisions alone: no clock, no timer, no requests. The tests of RealmKeys cover them together.</summary>
public sealed class RefreshGovernorTests
{
    private static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan JustIssued = TimeSpan.Zero;

    private readonly RefreshGovernor _governor = new(new RealmStub().Settings, new Random(1));

    [Fact]
    public void The_first_refresh_is_returned_once()
    {
        Assert.True(_governor.Prefetch(At(0))!.HasStarted);
        Assert.Null(_governor.Prefetch(At(0)));
    }

    [Fact]
    public void Searches_join_the_refresh_in_progress()
    {
        var first = _governor.Join(At(0), out var isNew);
        Assert.True(isNew && first.HasStarted);

        Assert.Same(first, _governor.Join(At(1), out isNew));
        Assert.False(isNew);
    }

    [Fact]
    public void An_unknown_key_waits_for_the_end_of_the_cooldown_and_time_starts_its_refresh()
    {
        Read(at: 0);
        var unknown = _governor.Join(At(1), out _);
        _governor.End(unknown, Keys("one"), null, At(2));

        var planned = _governor.Join(At(3), out var isNew);
        Assert.True(isNew && !planned.HasStarted);
        Assert.Equal(At(2) + Cooldown, _governor.NextAt);

        Assert.Null(_governor.Advance(At(2) + Cooldown - TimeSpan.FromTicks(1), out _));
        Assert.Same(planned, _governor.Advance(At(2) + Cooldown, out _));
        Assert.True(planned.HasStarted && planned.ForUnknownKey);
    }

    [Fact]
    public void A_token_that_is_older_than_the_keys_does_not_wait_during_the_cooldown()
    {
        Read(at: 0);
        _governor.End(_governor.Join(At(1), out _), Keys("one"), null, At(2));
        var sinceReading = At(3) - At(1);
        var skew = TimeSpan.FromSeconds(30);

        Assert.Null(_governor.Find("two", sinceReading + skew, _governor.Started, At(3)));
        Assert.True(_governor.Find("two", sinceReading + skew + TimeSpan.FromTicks(1), _governor.Started, At(3))!.Value.IsUnknown);
    }

    [Fact]
    public void Keys_that_are_due_are_read_at_the_next_use_and_still_serve()
    {
        Read(at: 0);
        Assert.Null(_governor.Use(At(1)));

        Assert.Null(_governor.Advance(Interval * 1.2, out _));
        Assert.Equal(Freshness.Due, _governor.Freshness);
        Assert.True(_governor.Use(Interval * 1.2)!.HasStarted);
        Assert.Equal(Freshness.Fresh, _governor.Freshness);
        Assert.True(_governor.Find("one", JustIssued, 0, Interval * 1.2)!.Value.IsFound(out _));
    }

    [Fact]
    public void Keys_expire_when_every_refresh_has_failed_for_a_day()
    {
        Read(at: 0);
        _governor.Advance(TimeSpan.FromHours(24) - TimeSpan.FromTicks(1), out var expired);
        Assert.False(expired);

        _governor.Advance(TimeSpan.FromHours(24), out expired);
        Assert.True(expired && _governor.Keys.IsEmpty);
    }

    [Fact]
    public void A_failure_without_keys_is_unavailable_until_the_next_attempt()
    {
        var first = _governor.Join(At(0), out _);
        _governor.End(first, null, RealmFailure.NoHttps(new Uri("http://host")), At(1));

        Assert.True(_governor.Find("one", JustIssued, 0, At(1))!.Value.IsUnavailable);
        Assert.Null(_governor.Find("one", JustIssued, 0, At(2)));
        Assert.NotNull(_governor.Advance(At(2), out _));
    }

    [Fact]
    public void A_refresh_that_ends_after_the_close_brings_no_keys()
    {
        var first = _governor.Join(At(0), out _);
        Assert.Null(_governor.Close());

        _governor.End(first, Keys("one"), null, At(1));
        Assert.True(_governor.Keys.IsEmpty);
        Assert.Null(_governor.Prefetch(At(2)));
        Assert.True(_governor.Find("one", JustIssued, 0, At(2))!.Value.IsUnavailable);
    }

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);

    private static KeySet Keys(string kid)
    {
        var json = Encoding.UTF8.GetBytes(TestKey.Set(TestKey.Ec(kid)));
        Assert.True(JsonWebKeySet.Read(json, new Uri(RealmStub.KeysAddress)).Succeeded(out var keys, out _));
        return keys;
    }

    private void Read(int at) => _governor.End(_governor.Join(At(at), out _), Keys("one"), null, At(at));
}
