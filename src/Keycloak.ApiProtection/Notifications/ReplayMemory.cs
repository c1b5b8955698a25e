using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>The ids of received notifications that have not expired, so that a replay is detected.</summary>
/// <remarks>
/// Only ids of notifications with a valid signature are stored, so that an attacker cannot fill it. When it is full, the id closest to
/// expiry is evicted instead of rejecting a revocation. Replaying its event is harmless because revocations are idempotent.
/// </remarks>
internal sealed class ReplayMemory(int capacity, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ulong> _ids = [];
    private readonly PriorityQueue<ulong, DateTimeOffset> _byExpiry = new();

    /// <summary>Gets the number of stored ids. Expired ids count until the next call of <see cref="IsFirst"/>.</summary>
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

    /// <summary>Removes an id: the next call of <see cref="IsFirst"/> returns true for it.</summary>
    public void Forget(string id)
    {
        lock (_gate)
        {
            // Its place in the order of expiry remains, and removes nothing more than the id itself.
            _ids.Remove(RevocationKey.Of(RevocationKind.Token, id));
        }
    }

    /// <summary>Returns whether the id is new, and stores it. Of several concurrent calls with the same id, one returns true.</summary>
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
