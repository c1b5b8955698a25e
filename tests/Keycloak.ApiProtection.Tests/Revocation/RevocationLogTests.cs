using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Revocation;

using static Keycloak.ApiProtection.Tests.Revocation.TokenUsers;

namespace Keycloak.ApiProtection.Tests.Revocation;

public sealed class RevocationLogTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<int> _merged = [];

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    [Theory]
    [InlineData(RevocationKind.Session, "s", RevocationMatch.Session)]
    [InlineData(RevocationKind.User, "u", RevocationMatch.User)]
    [InlineData(RevocationKind.Token, "t", RevocationMatch.Token)]
    [InlineData(RevocationKind.Session, "a session with a name of more than eight bytes \u00e9", RevocationMatch.Session)]
    internal void An_event_covers_tokens_with_its_id_that_were_issued_up_to_its_time(RevocationKind kind, string id, RevocationMatch match)
    {
        var log = Log(1000);
        Assert.True(Add(log, kind, id, Now));

        Assert.Equal(match, log.Find(Token(kind, id, Now - 1)));
        Assert.Equal(match, log.Find(Token(kind, id, Now)));
        Assert.Equal(RevocationMatch.None, log.Find(Token(kind, id, Now + 1)));
        Assert.Equal(RevocationMatch.None, log.Find(Token(kind, id + "2", Now - 1)));
        Assert.Equal(RevocationMatch.None, log.Find(Marks(Now - 1, "other", "other", "other", "other")));
    }

    [Fact]
    public void A_session_and_a_user_with_the_same_id_are_distinct()
    {
        var log = Log(1000);
        Add(log, RevocationKind.Session, "same", Now);

        Assert.Equal(RevocationMatch.None, log.Find(Marks(Now, sub: "same", azp: "same", jti: "same")));
        Assert.Equal(RevocationMatch.Session, log.Find(Marks(Now, sid: "same")));
    }

    [Fact]
    public void A_token_without_a_session_does_not_match_a_session_event()
    {
        var log = Log(1000);
        Add(log, RevocationKind.Session, "s", Now);

        Assert.Equal(RevocationMatch.None, log.Find(Marks(Now, sid: null)));
        Assert.Equal(RevocationMatch.Session, log.Find(Marks(Now)));
    }

    [Fact]
    public void A_later_event_with_the_same_id_covers_more_and_an_earlier_one_changes_nothing()
    {
        var log = Log(1000);
        Assert.True(Add(log, RevocationKind.Session, "s", Now - 10));
        Assert.Equal(RevocationMatch.None, log.Find(Marks(Now)));
        Assert.True(Add(log, RevocationKind.Session, "s", Now));
        Assert.False(Add(log, RevocationKind.Session, "s", Now - 10));

        Assert.Equal(RevocationMatch.Session, log.Find(Marks(Now)));
        Assert.Equal(1, log.Count);
    }

    [Fact]
    public void The_not_before_of_the_realm_never_moves_back()
    {
        var log = Log(1000);
        Assert.True(log.NotBefore(Now));
        Assert.False(log.NotBefore(0));
        Assert.False(log.NotBefore(Now - 1));
        Assert.False(log.NotBefore(Now));

        Assert.Equal(RevocationMatch.Realm, log.Find(Marks(Now)));
        Assert.Equal(RevocationMatch.None, log.Find(Marks(Now + 1)));
    }

    [Fact]
    public void A_token_without_an_issue_time_is_older_than_every_event_but_is_not_revoked_without_an_event()
    {
        var log = Log(1000);
        Assert.False(log.NotBefore(0));
        Assert.Equal(RevocationMatch.None, log.Find(Marks(0)));
        Add(log, RevocationKind.Session, "s", Now);

        Assert.Equal(RevocationMatch.Session, log.Find(Marks(0)));
    }

    [Fact]
    public void Expired_events_are_evicted_without_raising_the_watermark()
    {
        var log = Log(100);
        for (var round = 0; round < 10; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                Add(log, RevocationKind.Session, $"{round}/{i}", Now);
                Assert.Equal(RevocationMatch.Session, log.Find(Marks(Now, $"{round}/{i}")));
            }

            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.InRange(log.Count, 1, 106);
        Assert.Empty(_merged);
        Assert.Equal(-1, log.Watermark);
        Assert.Equal(RevocationMatch.None, log.Find(Marks(Now - 3600, "somebody else's")));
    }

    [Fact]
    public void Expired_events_are_removed_even_if_there_is_room()
    {
        var log = Log(1000);
        Add(log, RevocationKind.Session, "old", Now);
        _time.Advance(TimeSpan.FromMinutes(61));
        Add(log, RevocationKind.Session, "new", Now);

        Assert.Equal(1, log.Count);
    }

    [Fact]
    public void An_event_whose_tokens_have_all_expired_is_not_stored()
    {
        var log = Log(1000);

        Assert.False(log.Add(RevocationKey.Of(RevocationKind.Token, "t"), Now, Now));
        Assert.Equal(0, log.Count);
        Assert.True(log.Add(RevocationKey.Of(RevocationKind.Token, "t"), Now, Now + 1));
    }

    [Fact]
    public void With_too_many_events_no_revoked_token_is_accepted_again()
    {
        var log = Log(200);
        var first = Now;
        for (var i = 0; i < 2000; i++)
        {
            Add(log, RevocationKind.Session, $"{i}", Now);
            _time.Advance(TimeSpan.FromSeconds(1));

            // Checks every tenth event, back from the newest one: events above the watermark and events below it.
            for (var known = i % 10; known <= i; known += 10)
            {
                Assert.NotEqual(RevocationMatch.None, log.Find(Marks(first + known, $"{known}")));
            }
        }

        Assert.InRange(log.Count, 200, 212);
        Assert.Equal(2000 - log.Count, _merged.Sum());
    }

    [Fact]
    public void The_watermark_is_the_time_of_the_evicted_events_and_newer_tokens_are_matched_by_id()
    {
        var log = Log(200);
        var first = Now;
        for (var i = 0; i < 213; i++)
        {
            Add(log, RevocationKind.Session, $"{i}", first + i);
        }

        Assert.Equal(first + 11, log.Watermark);
        Assert.Equal(RevocationMatch.Watermark, log.Find(Marks(first + 11, "somebody else's")));
        Assert.Equal(RevocationMatch.None, log.Find(Marks(first + 12, "somebody else's")));
        Assert.Equal(RevocationMatch.Session, log.Find(Marks(first + 12, "12")));
        Assert.Equal(RevocationMatch.Session, log.Find(Marks(first + 212, "212")));
    }

    [Fact]
    public void The_watermark_does_not_fall_when_newer_events_expire()
    {
        var log = Log(200);
        for (var i = 0; i < 220; i++)
        {
            Add(log, RevocationKind.Session, $"{i}", Now + i);
        }

        var watermark = log.Watermark;
        Assert.True(watermark > 0);
        _time.Advance(TimeSpan.FromHours(5));
        Add(log, RevocationKind.Session, "new", Now);

        Assert.Equal(watermark, log.Watermark);
        Assert.Equal(1, log.Count);
        Assert.False(Add(log, RevocationKind.Session, "older than the watermark", watermark));
    }

    [Fact]
    public void Events_of_the_same_second_are_evicted_together()
    {
        var log = Log(200);
        for (var i = 0; i < 213; i++)
        {
            Add(log, RevocationKind.Session, $"{i}", Now);
        }

        Assert.Equal(Now, log.Watermark);
        Assert.All(Enumerable.Range(0, 213), i => Assert.Equal(RevocationMatch.Watermark, log.Find(Marks(Now, $"{i}"))));
        Assert.Equal(RevocationMatch.None, log.Find(Marks(Now + 1, "0")));
    }

    [Fact]
    public async Task Concurrent_readers_find_every_added_event_while_others_are_added_and_evicted()
    {
        var log = Log(500);
        const int Events = 30_000;
        var tokens = Enumerable.Range(0, Events).Select(i => Marks(1_000_000 + i, $"{i}")).ToArray();
        var expiry = long.MaxValue;
        var published = 0;
        var missed = 0;
        var readers = Enumerable.Range(0, 3).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            while (Volatile.Read(ref published) is var known and < Events)
            {
                // Half of the lookups use recent events, which are being added to the table or evicted from it.
                var i = Math.Max(0, known - 1 - random.Next(random.Next(2) == 0 ? 600 : Events));
                if (known > 0 && log.Find(tokens[i]) == RevocationMatch.None)
                {
                    Interlocked.Increment(ref missed);
                }
            }
        })).ToArray();
        for (var i = 0; i < Events; i++)
        {
            log.Add(RevocationKey.Of(RevocationKind.Session, $"{i}"), 1_000_000 + i, expiry);
            Volatile.Write(ref published, i + 1);
        }

        await Task.WhenAll(readers);
        Assert.Equal(0, missed);
        Assert.InRange(log.Count, 500, 531);
    }

    [Fact]
    public void Concurrent_writers_lose_no_event()
    {
        var log = Log(100_000);
        Parallel.For(0, 20_000, i => Add(log, RevocationKind.Session, $"{i}", Now));

        Assert.Equal(20_000, log.Count);
        Assert.All(Enumerable.Range(0, 20_000), i => Assert.Equal(RevocationMatch.Session, log.Find(Marks(Now, $"{i}"))));
    }

    [Fact]
    public void A_lookup_among_100_000_events_allocates_nothing()
    {
        var log = Log(100_000);
        for (var i = 0; i < 100_000; i++)
        {
            Add(log, RevocationKind.Session, $"{i}", Now);
        }

        Assert.Equal(100_000, log.Count);
        var miss = Marks(Now, "x", "x", "x", "x");
        var hit = Marks(Now, "5");
        var found = 0;
        log.Find(miss);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            found += (int)log.Find(miss) + (int)log.Find(hit);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000 * (int)RevocationMatch.Session, found);
    }

    [Fact]
    public void An_event_in_a_full_table_takes_at_most_200_bytes()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var table = new RevocationTable(106_250);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(106_250, table.Limit);
        Assert.InRange(bytes / 100_000, 24, 200);
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes / 100_000.0:0.0} B an event");
    }

    [Fact]
    public void The_filter_rules_out_at_least_98_percent_of_missing_keys()
    {
        var table = new RevocationTable(106_250);
        for (var i = 0; i < 100_000; i++)
        {
            table.Add(RevocationKey.Of(RevocationKind.Session, $"{i}"), 1, 1);
        }

        var passed = Enumerable.Range(0, 100_000).Count(i => table.MayHold(RevocationKey.Of(RevocationKind.User, $"{i}")));
        Assert.InRange(passed, 0, 2_000);
    }

    private static bool Add(RevocationLog log, RevocationKind kind, string id, long until) =>
        log.Add(RevocationKey.Of(kind, id), until, until + 3600);

    private static TokenMarks Token(RevocationKind kind, string id, long issuedAt) => kind switch
    {
        RevocationKind.Session => Marks(issuedAt, sid: id),
        RevocationKind.User => Marks(issuedAt, sub: id),
        _ => Marks(issuedAt, jti: id),
    };

    private RevocationLog Log(int capacity) => new(capacity, TimeSpan.FromHours(1), _time, (count, _) => _merged.Add(count));
}
