using Keycloak.ApiProtection.Journal;

namespace Keycloak.ApiProtection.Tests.Journal;

public sealed class JournalSightTests
{
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(15);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Before_the_first_read_nothing_is_known()
    {
        using var sight = new JournalSight(MaxSilence, _time);

        _time.Advance(MaxSilence * 2);

        Assert.Equal(JournalView.Unread, sight.View);
        Assert.Null(sight.Age);
        Assert.False(sight.FirstRead.IsCompleted);
    }

    [Fact]
    public void A_read_is_current_until_the_maximum_silence_has_passed_since_it_began()
    {
        using var sight = new JournalSight(MaxSilence, _time);
        var startedAt = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(3));

        sight.Seen(startedAt);

        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(JournalView.Current, sight.View);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(JournalView.Silent, sight.View);
    }

    [Fact]
    public void Each_read_starts_the_time_again()
    {
        using var sight = new JournalSight(MaxSilence, _time);
        for (var read = 0; read < 5; read++)
        {
            sight.Seen(_time.GetTimestamp());
            _time.Advance(TimeSpan.FromSeconds(14));
            Assert.Equal(JournalView.Current, sight.View);
        }
    }

    [Fact]
    public void A_read_after_the_silence_makes_it_current_again()
    {
        using var sight = new JournalSight(MaxSilence, _time);
        sight.Seen(_time.GetTimestamp());
        _time.Advance(MaxSilence);

        Assert.Equal(JournalView.Silent, sight.Seen(_time.GetTimestamp()));

        Assert.Equal(JournalView.Current, sight.View);
    }

    [Fact]
    public void After_a_new_receiver_was_added_everything_must_be_read_again()
    {
        using var sight = new JournalSight(MaxSilence, _time);
        sight.Seen(_time.GetTimestamp());

        sight.Forget();

        _time.Advance(MaxSilence);
        Assert.Equal(JournalView.Unread, sight.View);
        sight.Seen(_time.GetTimestamp());
        Assert.Equal(JournalView.Current, sight.View);
    }

    [Fact]
    public void A_read_that_took_longer_than_the_maximum_silence_does_not_count_as_current()
    {
        using var sight = new JournalSight(MaxSilence, _time);
        var startedAt = _time.GetTimestamp();
        _time.Advance(MaxSilence);

        sight.Seen(startedAt);

        Assert.Equal(JournalView.Silent, sight.View);
        Assert.True(sight.FirstRead.IsCompleted);
    }
}
