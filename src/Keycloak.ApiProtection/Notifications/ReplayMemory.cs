using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>The ids of what Keycloak has posted and what has not expired yet, so that nothing is taken twice.</summary>
/// <remarks>
/// Only what a realm has signed gets here, so that strangers cannot fill it. When it is full all the same, the id that expires first
/// is forgotten rather than a revocation refused: taken twice, an event covers no more than it did.
/// </remarks>
internal sealed class ReplayMemory(int capacity, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ulong> _ids = [];
    private readonly PriorityQueue<ulong, DateTimeOffset> _byExpiry = new();

    /// <summary>Gets how many are remembered; expired ones count until the next one comes.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _ids.Count;
            }
        }
    }

    /// <summary>Whether this is the first time; of several who ask at once, one is told so.</summary>
    public bool IsFirst(string id, DateTimeOffset expiresAt)
    {
        var key = RevocationKey.Of(RevocationKind.Token, id);
        lock (_gate)
        {
            var now = time.GetUtcNow();
            while (_byExpiry.TryPeek(out _, out var expiry) && expiry < now)
            {
                _ids.Remove(_byExpiry.Dequeue());
            }

            if (!_ids.Add(key))
            {
                return false;
            }

            _byExpiry.Enqueue(key, expiresAt);
            if (_ids.Count > capacity)
            {
                _ids.Remove(_byExpiry.Dequeue());
            }

            return true;
        }
    }
}
