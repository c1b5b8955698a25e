namespace Keycloak.ApiProtection.Realms;

/// <summary>One refresh of the realm's keys. Any number of requests can wait for it.</summary>
internal sealed class Refresh
{
    // Run continuations asynchronously, so that completing the refresh does not run every waiter on this thread.
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The sequence number among the realm's refreshes, from 1; 0 until the refresh starts.</summary>
    public int Number { get; private set; }

    /// <summary>When the refresh started.</summary>
    public TimeSpan StartedAt { get; private set; }

    /// <summary>Whether the refresh has started. One that was planned for the end of the cooldown has not.</summary>
    public bool HasStarted => Number > 0;

    /// <summary>Whether an unknown key caused the refresh.</summary>
    public bool ForUnknownKey { get; private set; }

    /// <summary>Completes when the refresh ends; true if it read keys. Never faults and is never canceled.</summary>
    public Task<bool> Ended => _ended.Task;

    public void Start(int number, TimeSpan now, bool forUnknownKey)
    {
        Number = number;
        StartedAt = now;
        ForUnknownKey = forUnknownKey;
    }

    public void End(bool succeeded) => _ended.TrySetResult(succeeded);
}
