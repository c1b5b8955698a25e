using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Revocation;

using static Keycloak.ApiProtection.Tests.Revocation.TokenUsers;

namespace Keycloak.ApiProtection.Tests.Revocation;

public sealed class RechecksTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<int> _merged = [];

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public void Without_a_change_no_token_is_covered()
    {
        Assert.False(Changes(100).Covers(Marks(0), out _));
        Assert.False(Changes(100).Covers(Marks(Now), out _));
    }

    [Fact]
    public void A_change_covers_the_tokens_of_its_user_that_were_issued_until_then()
    {
        var changes = Changes(100);
        changes.Add(Marks(0).User, Now);

        Assert.True(changes.Covers(Marks(Now), out _));
        Assert.True(changes.Covers(Marks(Now, sid: null, azp: "other"), out _));
        Assert.False(changes.Covers(Marks(Now + 1), out _));
        Assert.False(changes.Covers(Marks(Now, sub: "other"), out _));
        Assert.False(changes.Covers(Marks(Now, sub: null), out _));
    }

    [Fact]
    public void A_change_for_one_client_of_a_user_covers_the_tokens_of_no_other_client()
    {
        var changes = Changes(100);
        changes.Add(Marks(0).UserOfClient, Now);

        Assert.True(changes.Covers(Marks(Now), out _));
        Assert.True(changes.Covers(Marks(Now, sid: "other"), out _));
        Assert.False(changes.Covers(Marks(Now, azp: "other"), out _));
        Assert.False(changes.Covers(Marks(Now, azp: null), out _));
        Assert.False(changes.Covers(Marks(Now, sub: "other"), out _));
    }

    [Fact]
    public void A_change_for_everyone_covers_every_token_that_was_issued_until_then()
    {
        var changes = Changes(100);
        changes.AddEveryone(Now);
        changes.AddEveryone(Now - 10);

        Assert.True(changes.Covers(Marks(Now, sub: null), out _));
        Assert.False(changes.Covers(Marks(Now + 1), out _));
        Assert.Equal(0, changes.Count);
    }

    [Fact]
    public void A_response_must_be_requested_after_the_last_change_that_covers_the_token()
    {
        var changes = Changes(100);
        changes.Add(Marks(0).User, Now);
        _time.Advance(TimeSpan.FromSeconds(10));
        changes.Add(Marks(0).UserOfClient, Now);
        var second = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(10));

        // The event is older than the first one, but it may have been committed later.
        changes.Add(Marks(0).User, Now - 60);
        var third = _time.GetTimestamp();

        Assert.True(changes.Covers(Marks(Now - 20), out var after));
        Assert.Equal(third, after);
        Assert.True(changes.Covers(Marks(Now - 10), out after));
        Assert.Equal(second, after);
        changes.AddEveryone(Now);
        Assert.True(changes.Covers(Marks(Now), out after));
        Assert.Equal(third, after);
    }

    [Fact]
    public void Too_many_changes_are_merged_into_one_for_everyone()
    {
        var changes = Changes(200);
        for (var i = 0; i < 200; i++)
        {
            changes.Add(Marks(0, sub: $"{i}").User, Now - 10);
        }

        Assert.All(Enumerable.Range(0, 200), i => Assert.True(changes.Covers(Marks(Now - 10, sub: $"{i}"), out _)));
        Assert.False(changes.Covers(Marks(Now - 10, sub: "other"), out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        changes.Add(Marks(0, sub: "one too many").User, Now - 20);

        Assert.Equal([201], _merged);
        Assert.True(changes.Covers(Marks(Now - 11, sub: "other"), out var after));
        Assert.Equal(_time.GetTimestamp(), after);
        Assert.False(changes.Covers(Marks(Now - 10, sub: "0"), out _));
        Assert.Equal(0, changes.Count);

        _time.Advance(TimeSpan.FromSeconds(1));
        changes.Add(Marks(0, sub: "next").User, Now - 20);
        Assert.True(changes.Covers(Marks(Now - 20, sub: "next"), out after));
        Assert.Equal(_time.GetTimestamp(), after);
        Assert.Equal(1, changes.Count);
    }

    [Fact]
    public void Expired_changes_are_removed_and_not_merged()
    {
        var changes = Changes(100);
        for (var i = 0; i < 1000; i++)
        {
            changes.Add(Marks(0, sub: $"{i}").User, Now);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Empty(_merged);
        Assert.InRange(changes.Count, 60, 100);
        Assert.True(changes.Covers(Marks(Now - 3540, sub: "941"), out _));
    }

    [Fact]
    public void A_change_is_found_while_others_are_added()
    {
        var changes = Changes(100_000);
        for (var i = 0; i < 2000; i++)
        {
            changes.Add(Marks(0, sub: $"{i}").User, Now);
            Assert.True(changes.Covers(Marks(Now, sub: $"{i}"), out _));
        }

        Assert.All(Enumerable.Range(0, 2000), i => Assert.True(changes.Covers(Marks(Now, sub: $"{i}"), out _)));
    }

    [Fact]
    public void A_lookup_allocates_nothing()
    {
        var changes = Changes(100);
        changes.Add(Marks(0).User, Now);
        var (known, other) = (Marks(Now), Marks(Now, sub: "other"));
        var allocated = 0L;
        for (var i = 0; i < 100; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(changes.Covers(known, out _) && !changes.Covers(other, out _));
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    private Rechecks Changes(int capacity) => new(capacity, TimeSpan.FromHours(1), _time, _merged.Add);
}
