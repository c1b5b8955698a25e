namespace Keycloak.ApiProtection.Testing;

/// <summary>
/// The number of requests that each endpoint has received. Lets a test assert, for example, that the keys were fetched once.
/// </summary>
/// <remarks>
/// A request is counted when it arrives. This includes requests that got an incorrect or delayed response, and requests that got no
/// response because the realm was down.
/// </remarks>
public sealed class RequestCounters
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RealmEndpoint, int> _counts = [];
    private readonly List<(RealmEndpoint Endpoints, int Count, TaskCompletionSource Reached)> _waiting = [];

    internal RequestCounters()
    {
    }

    /// <summary>Requests for the discovery document.</summary>
    public int Discovery => this[RealmEndpoint.Discovery];

    /// <summary>Requests for the JWK set.</summary>
    public int Jwks => this[RealmEndpoint.Jwks];

    /// <summary>Requests to the token endpoint.</summary>
    public int Token => this[RealmEndpoint.Token];

    /// <summary>Requests to the introspection endpoint.</summary>
    public int Introspection => this[RealmEndpoint.Introspection];

    /// <summary>Requests to the revocation endpoint.</summary>
    public int Revocation => this[RealmEndpoint.Revocation];

    /// <summary>Requests to the logout endpoint.</summary>
    public int Logout => this[RealmEndpoint.Logout];

    /// <summary>Requests to the userinfo endpoint.</summary>
    public int UserInfo => this[RealmEndpoint.UserInfo];

    /// <summary>All requests, including those to unknown paths.</summary>
    public int Total => this[RealmEndpoint.All];

    /// <summary>Requests to one endpoint, or to several endpoints in total.</summary>
    /// <param name="endpoints">The endpoints to add up.</param>
    public int this[RealmEndpoint endpoints]
    {
        get
        {
            lock (_lock)
            {
                return Sum(endpoints);
            }
        }
    }

    /// <summary>Sets all counters to zero.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _counts.Clear();
        }
    }

    /// <summary>Waits until an endpoint has received the given number of requests, so that a test does not need to sleep.</summary>
    /// <param name="endpoints">The endpoint, or several endpoints whose requests are added up.</param>
    /// <param name="count">The number of requests to wait for, counted from the start or from the last <see cref="Reset"/>.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled first.</exception>
    public Task WaitForAsync(RealmEndpoint endpoints, int count, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (Sum(endpoints) >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((endpoints, count, reached));
            return reached.Task.WaitAsync(cancellationToken);
        }
    }

    internal void Count(RealmEndpoint endpoint)
    {
        lock (_lock)
        {
            _counts[endpoint] = _counts.GetValueOrDefault(endpoint) + 1;
            foreach (var waiting in _waiting.Where(waiting => Sum(waiting.Endpoints) >= waiting.Count).ToList())
            {
                _waiting.Remove(waiting);
                waiting.Reached.TrySetResult();
            }
        }
    }

    private int Sum(RealmEndpoint endpoints) => _counts.Where(count => endpoints.HasFlag(count.Key)).Sum(count => count.Value);
}
