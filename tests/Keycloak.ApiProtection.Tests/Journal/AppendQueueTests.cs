using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Journal;

namespace Keycloak.ApiProtection.Tests.Journal;

public sealed class AppendQueueTests
{
    private static readonly HashedName Demo = new(1, 1);
    private static readonly HashedName Other = new(2, 2);

    [Fact]
    public void Marks_are_taken_in_their_order_and_stay_until_they_are_durable()
    {
        var queue = new AppendQueue(10);
        Add(queue, 1, 2, 3);

        Assert.Equal([1, 2], Taken(queue, 2));
        queue.Failed();
        Assert.Equal([1, 2], Taken(queue, 2));
        queue.Appended();

        Assert.Equal(2, queue.Durable);
        Assert.Equal([3], Taken(queue, 2));
    }

    [Fact]
    public void Everything_is_durable_when_the_last_mark_is()
    {
        var queue = new AppendQueue(10);
        Add(queue, 1, 2);

        queue.Take(10);
        queue.Appended();

        Assert.Equal(queue.Last, queue.Durable);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Too_many_marks_become_one_watermark_that_covers_all_of_them()
    {
        var queue = new AppendQueue(3);

        Add(queue, 5, 9, 7, 8);

        var mark = Assert.Single(queue.Take(10));
        Assert.Equal((MarkKind.Watermark, Demo, 9L), (mark.Kind, mark.Realm, mark.Until));
    }

    [Fact]
    public void A_merged_mark_is_durable_only_when_the_watermark_is()
    {
        var queue = new AppendQueue(3);
        Add(queue, 1, 2);
        queue.Take(1);
        Add(queue, 3, 4);
        queue.Appended();

        Assert.Equal(1, queue.Durable);
        queue.Take(10);
        queue.Appended();

        Assert.Equal(4, queue.Durable);
    }

    [Fact]
    public void A_mark_that_is_being_appended_is_not_merged()
    {
        var queue = new AppendQueue(3);
        Add(queue, 1, 2);
        queue.Take(2);

        Add(queue, 3, 4);

        queue.Failed();
        Assert.Equal([1, 2, 4], Taken(queue, 10));
    }

    [Fact]
    public void Each_realm_has_a_watermark_of_its_own()
    {
        var queue = new AppendQueue(2);
        queue.Add(Mark(MarkKind.Session, 5));
        queue.Add(Mark(MarkKind.Session, 6) with { Realm = Other });

        queue.Add(Mark(MarkKind.User, 4));

        Assert.Equal([(Demo, 5L), (Other, 6L)], queue.Take(10).Select(mark => (mark.Realm, mark.Until)));
    }

    [Fact]
    public void Marks_that_only_have_tokens_introspected_do_not_become_a_rejection()
    {
        var queue = new AppendQueue(2);
        queue.Add(Mark(MarkKind.RecheckUser, 9) with { Id = 3 });
        queue.Add(Mark(MarkKind.Session, 5));

        queue.Add(Mark(MarkKind.RecheckUser, 8) with { Id = 4 });

        Assert.Equal(
            [(MarkKind.RecheckRealm, 9L), (MarkKind.Watermark, 5L)], queue.Take(10).Select(mark => (mark.Kind, mark.Until)));
        Assert.NotEqual(0UL, queue.Take(10)[0].Id);
    }

    [Fact]
    public void A_not_before_of_a_client_in_the_future_does_not_reject_the_tokens_of_all_clients()
    {
        var queue = new AppendQueue(3);
        queue.Add(Mark(MarkKind.Client, 5_000_000_000));
        queue.Add(Mark(MarkKind.Session, 5));
        queue.Add(Mark(MarkKind.Session, 4));

        queue.Add(Mark(MarkKind.Session, 6));

        Assert.Equal(
            [(MarkKind.Client, 5_000_000_000L), (MarkKind.Watermark, 6L)], queue.Take(10).Select(mark => (mark.Kind, mark.Until)));
    }

    [Fact]
    public void The_queue_never_holds_more_than_its_capacity()
    {
        var queue = new AppendQueue(10);
        for (var i = 0; i < 1_000; i++)
        {
            queue.Add(Mark(i % 3 == 0 ? MarkKind.Client : MarkKind.Session, i));
            Assert.InRange(queue.Count, 1, 10);
        }
    }

    private static void Add(AppendQueue queue, params ReadOnlySpan<long> times)
    {
        foreach (var time in times)
        {
            queue.Add(Mark(MarkKind.Session, time));
        }
    }

    private static long[] Taken(AppendQueue queue, int most) => [.. queue.Take(most).Select(mark => mark.Until)];

    private static RevocationMark Mark(MarkKind kind, long until) =>
        new(kind, Demo, new HashedName((ulong)until + 10, 0), default, until, TimeSpan.FromHours(1));
}
