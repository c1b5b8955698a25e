namespace Keycloak.ApiProtection.Introspection;

/// <summary>One introspection request for one token, shared by any number of waiting HTTP requests.</summary>
/// <remarks>A canceled HTTP request ends its own wait only.</remarks>
internal sealed class IntrospectionRequest(AccessToken token, string text, string reason)
{
    private readonly TaskCompletionSource<IntrospectionAnswer?> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _askedAt = -1;

    /// <summary>The token, verified locally.</summary>
    public AccessToken Token => token;

    /// <summary>The token as it was sent.</summary>
    public string Text => text;

    /// <summary>The reason for the introspection, for the metric.</summary>
    public string Reason => reason;

    /// <summary>When the request was sent to Keycloak; negative while it waits for a free slot.</summary>
    public long AskedAt
    {
        get => Volatile.Read(ref _askedAt);
        set => Volatile.Write(ref _askedAt, value);
    }

    /// <summary>Completes with a valid response, or null. It never faults and is never canceled.</summary>
    public Task<IntrospectionAnswer?> Completion => _completion.Task;

    /// <summary>Creates a request that is already completed.</summary>
    public static IntrospectionRequest Completed(AccessToken token, IntrospectionAnswer answer)
    {
        var request = new IntrospectionRequest(token, string.Empty, string.Empty);
        request.Complete(answer);
        return request;
    }

    public void Complete(IntrospectionAnswer? answer) => _completion.TrySetResult(answer);
}
