using System.Numerics;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>Events by key: read without a lock by everybody, written by one at a time, and replaced as a whole when something has to go.</summary>
/// <remarks>
/// Nearly every question is answered "no" by a filter of some 3 bits an event (a Bloom filter whose bits stand in one word), which
/// stays in the processor's near caches where the table itself would not: four questions a request must not cost four trips to memory.
/// </remarks>
internal sealed class RevocationTable
{
    private const int BitsPerEvent = 3;

    private readonly Slot[] _slots;
    private readonly ulong[] _filter;

    /// <summary>Makes room for so many events.</summary>
    public RevocationTable(int limit)
    {
        Limit = limit;
        var slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(limit, 8) * 2);
        _slots = new Slot[slots];
        _filter = new ulong[slots / 8];
    }

    /// <summary>Gets how many events it takes.</summary>
    public int Limit { get; }

    /// <summary>Gets how many events it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Whether an event with this key covers a token that was issued then. No lock, no allocation.</summary>
    public bool Covers(ulong key, long issuedAt)
    {
        if (!MayHold(key))
        {
            return false;
        }

        ref var slot = ref Find(key);
        return Volatile.Read(ref slot.Key) == key && issuedAt <= Volatile.Read(ref slot.Until);
    }

    /// <summary>Whether the filter lets this key through: false is certain.</summary>
    public bool MayHold(ulong key)
    {
        var bits = Bits(key);
        return key != 0 && (Volatile.Read(ref Word(key)) & bits) == bits;
    }

    /// <summary>Makes a known event cover more. False where the key is not known. For the one writer.</summary>
    public bool TryRaise(ulong key, long until, long expiresAt, out bool raised)
    {
        ref var slot = ref Find(key);
        raised = false;
        if (slot.Key != key)
        {
            return false;
        }

        if (expiresAt > slot.ExpiresAt)
        {
            slot.ExpiresAt = expiresAt;
            raised = true;
        }

        if (until > slot.Until)
        {
            Volatile.Write(ref slot.Until, until);
            raised = true;
        }

        return true;
    }

    /// <summary>Adds an event whose key is not known, where <see cref="Count"/> is below <see cref="Limit"/>. For the one writer.</summary>
    public void Add(ulong key, long until, long expiresAt)
    {
        ref var slot = ref Find(key);
        slot.Until = until;
        slot.ExpiresAt = expiresAt;

        // A reader that sees the key sees the rest; one that sees the filter's bits sees the key.
        Volatile.Write(ref slot.Key, key);
        ref var word = ref Word(key);
        Volatile.Write(ref word, word | Bits(key));
        Count++;
    }

    /// <summary>Every event. For the one writer.</summary>
    public IEnumerable<(ulong Key, long Until, long ExpiresAt)> Events()
    {
        foreach (var slot in _slots)
        {
            if (slot.Key != 0)
            {
                yield return (slot.Key, slot.Until, slot.ExpiresAt);
            }
        }
    }

    // At most half of the slots are taken, so that there is always a free one to end at.
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
    }
}
