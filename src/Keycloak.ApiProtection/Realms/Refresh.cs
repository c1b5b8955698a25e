namespace Keycloak.ApiProtection.Realms;

/// <summary>One reading of the realm's keys, waited for by any number of requests.</summary>
internal sealed class Refresh
{
    // Those who wait go on elsewhere: the one who flies does not carry a thousand of them on its back.
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its place among the realm's refreshes, from 1; 0 until it starts.</summary>
    public int Number { get; private set; }

    /// <summary>When it started.</summary>
    public TimeSpan StartedAt { get; private set; }

    /// <summary>True when it is an unknown key that caused it.</summary>
    public bool ForUnknownKey { get; private set; }

    /// <summary>Ends with the refresh; true when it brought keys. Never faults and is never cancelled.</summary>
    public Task<bool> Ended => _ended.Task;

    public void Start(int number, TimeSpan now, bool forUnknownKey)
    {
        Number = number;
        StartedAt = now;
        ForUnknownKey = forUnknownKey;
    }

    public void End(bool succeeded) => _ended.TrySetResult(succeeded);
}
