using Keycloak.ApiProtection.Tests;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Journal;

public sealed class JournalSignalTests
{
    private readonly ManualTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signal_completes_the_wait_that_began_before_it_and_the_one_that_begins_after_it()
    {
        using var signal = new JournalSignal(_time);
        var before = signal.WaitAsync(Cancellation);
        Assert.False(before.IsCompleted);

        signal.Set();

        Assert.True(signal.WaitAsync(Cancellation).IsCompleted);
        await before;
    }

    [Fact]
    public void A_read_takes_the_signals_before_it_and_leaves_those_after_it()
    {
        using var signal = new JournalSignal(_time);
        signal.Set();
        signal.Reset();
        Assert.False(signal.WaitAsync(Cancellation).IsCompleted);

        _time.Advance(JournalSignal.Gap);
        signal.Set();

        Assert.True(signal.WaitAsync(Cancellation).IsCompleted);
    }

    [Fact]
    public void A_flood_of_signals_completes_one_wait_in_each_gap()
    {
        using var signal = new JournalSignal(_time);
        var completed = 0;
        for (var millisecond = 0; millisecond < 1_000; millisecond++)
        {
            signal.Set();
            if (signal.WaitAsync(Cancellation).IsCompleted)
            {
                completed++;
                signal.Reset();
            }

            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(1_000 / JournalSignal.Gap.TotalMilliseconds, completed);
    }

    [Fact]
    public void A_delayed_signal_survives_a_read_that_begins_before_it()
    {
        using var signal = new JournalSignal(_time);
        signal.Set();
        signal.Reset();
        signal.Set();
        signal.Reset();
        Assert.False(signal.WaitAsync(Cancellation).IsCompleted);

        _time.Advance(JournalSignal.Gap);

        Assert.True(signal.WaitAsync(Cancellation).IsCompleted);
    }

    [Fact]
    public void Disposal_stops_the_timer()
    {
        var signal = new JournalSignal(_time);
        signal.Set();
        signal.Set();

        signal.Dispose();

        Assert.Equal(0, _time.ActiveTimers);
    }
}
