namespace Keycloak.ApiProtection.Introspection;

/// <summary>One question about one token, waited for by any number of requests. Who gives up ends his own wait only.</summary>
internal sealed class IntrospectionRequest(AccessToken token, string text, string reason)
{
    private readonly TaskCompletionSource<IntrospectionAnswer?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _askedAt = -1;

    /// <summary>The token as it was found good.</summary>
    public AccessToken Token => token;

    /// <summary>The token as it was sent.</summary>
    public string Text => text;

    /// <summary>Why it is asked, for the metric.</summary>
    public string Reason => reason;

    /// <summary>When it left for Keycloak; negative while it waits for its turn.</summary>
    public long AskedAt
    {
        get => Volatile.Read(ref _askedAt);
        set => Volatile.Write(ref _askedAt, value);
    }

    /// <summary>Ends with the question: with an answer that counts, or null. Never faults and is never cancelled.</summary>
    public Task<IntrospectionAnswer?> Ended => _ended.Task;

    /// <summary>A question that was answered a moment ago.</summary>
    public static IntrospectionRequest Landed(AccessToken token, IntrospectionAnswer answer)
    {
        var flight = new IntrospectionRequest(token, string.Empty, string.Empty);
        flight.End(answer);
        return flight;
    }

    public void End(IntrospectionAnswer? answer) => _ended.TrySetResult(answer);
}
