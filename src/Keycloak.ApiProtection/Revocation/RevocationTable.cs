using System.Numerics;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>
/// A hash table of events by key. Readers take no lock, there is one writer at a time, and the table is replaced to remove events.
/// </summary>
/// <remarks>
/// A Bloom filter with 3 bits per event, all in one word, answers nearly every lookup with "no". The filter fits into the processor's
/// caches, while the table itself may not: a request makes six lookups, and each of them would otherwise read from memory.
/// </remarks>
internal sealed class RevocationTable
{
    private const int BitsPerEvent = 3;
    private const int Rounding = 60;

    private readonly Slot[] _slots;
    private readonly ulong[] _filter;

    /// <summary>Creates a table for at most <paramref name="limit"/> events.</summary>
    public RevocationTable(int limit)
    {
        Limit = limit;
        var slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(limit, 8) * 2);
        _slots = new Slot[slots];
        _filter = new ulong[slots / 8];
    }

    /// <summary>Gets the maximum number of events.</summary>
    public int Limit { get; }

    /// <summary>Gets the number of events.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Returns whether an event with this key covers a token that was issued at this time. Takes no lock and does not allocate.
    /// </summary>
    public bool Covers(ulong key, long issuedAt)
    {
        if (!MayHold(key))
        {
            return false;
        }

        ref var slot = ref Find(key);
        return Volatile.Read(ref slot.Key) == key && issuedAt <= Volatile.Read(ref slot.Until);
    }

    /// <summary>
    /// Returns whether an event with this key covers a token that was issued at this time, and when the event was applied. Takes no lock
    /// and does not allocate.
    /// </summary>
    public bool TryFind(ulong key, long issuedAt, out long appliedAt)
    {
        appliedAt = 0;
        if (!MayHold(key))
        {
            return false;
        }

        ref var slot = ref Find(key);
        if (Volatile.Read(ref slot.Key) != key || issuedAt > Volatile.Read(ref slot.Until))
        {
            return false;
        }

        // Read after "until", and written before it: it is never older than the event that covers the token.
        appliedAt = Volatile.Read(ref slot.AppliedAt);
        return true;
    }

    /// <summary>Returns whether the table may contain this key. False is certain; true is not.</summary>
    public bool MayHold(ulong key)
    {
        var bits = Bits(key);
        return key != 0 && (Volatile.Read(ref Word(key)) & bits) == bits;
    }

    /// <summary>Extends an existing event. False if there is no event with this key. Only for the writer.</summary>
    public bool TryRaise(ulong key, long until, long expiresAt, out bool raised, long appliedAt = 0)
    {
        ref var slot = ref Find(key);
        raised = false;
        if (slot.Key != key)
        {
            return false;
        }

        if (appliedAt > slot.AppliedAt)
        {
            Volatile.Write(ref slot.AppliedAt, appliedAt);
            raised = true;
        }

        if (expiresAt > slot.ExpiresAt)
        {
            // An event that is read from the journal again expires some seconds earlier or later, which changes nothing of importance.
            raised |= expiresAt - slot.ExpiresAt > Rounding;
            slot.ExpiresAt = expiresAt;
        }

        if (until > slot.Until)
        {
            Volatile.Write(ref slot.Until, until);
            raised = true;
        }

        return true;
    }

    /// <summary>Adds an event with a new key. <see cref="Count"/> must be below <see cref="Limit"/>. Only for the writer.</summary>
    public void Add(ulong key, long until, long expiresAt, long appliedAt = 0)
    {
        ref var slot = ref Find(key);
        slot.AppliedAt = appliedAt;
        slot.Until = until;
        slot.ExpiresAt = expiresAt;

        // Write order: a reader that sees the key also sees the other fields; a reader that sees the filter's bits also sees the key.
        Volatile.Write(ref slot.Key, key);
        ref var word = ref Word(key);
        Volatile.Write(ref word, word | Bits(key));
        Count++;
    }

    /// <summary>Returns all events. Only for the writer.</summary>
    public IEnumerable<(ulong Key, long Until, long ExpiresAt, long AppliedAt)> Events()
    {
        foreach (var slot in _slots)
        {
            if (slot.Key != 0)
            {
                yield return (slot.Key, slot.Until, slot.ExpiresAt, slot.AppliedAt);
            }
        }
    }

    // At most half of the slots are used, so the search always ends at a free slot.
    private ref Slot Find(ulong key)
    {
        var mask = (ulong)_slots.Length - 1;
        for (var at = key & mask; ; at = (at + 1) & mask)
        {
            ref var slot = ref _slots[at];
            var found = Volatile.Read(ref slot.Key);
            if (found == key || found == 0)
            {
                return ref slot;
            }
        }
    }

    private ref ulong Word(ulong key) => ref _filter[(key >> 40) & ((ulong)_filter.Length - 1)];

    private static ulong Bits(ulong key)
    {
        ulong bits = 0;
        for (var i = 0; i < BitsPerEvent; i++)
        {
            bits |= 1UL << (int)((key >> (22 + (6 * i))) & 63);
        }

        return bits;
    }

    private struct Slot
    {
        public ulong Key;
        public long Until;
        public long ExpiresAt;

        // A timestamp of this process; zero where it is not needed.
        public long AppliedAt;
    }
}
