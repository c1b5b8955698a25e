namespace Keycloak.ApiProtection.Journal;

/// <summary>
/// The time between attempts while the journal fails: from 0.1 s, doubled each time, up to 2 s, and a fifth more or less.
/// </summary>
internal sealed class RetryDelay(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private int _failures;

    /// <summary>An attempt succeeded.</summary>
    public void Reset() => _failures = 0;

    /// <summary>An attempt failed: waits before the next one.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        var delay = First * Math.Pow(2, Math.Min(_failures++, 10));

        // Replicas that lose the database together do not come back together.
        return Task.Delay((delay < Longest ? delay : Longest) * (0.8 + (0.4 * Random.Shared.NextDouble())), time, cancellationToken);
    }
}
