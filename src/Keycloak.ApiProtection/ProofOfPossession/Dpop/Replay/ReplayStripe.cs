namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Replay;

/// <summary>
/// A part of the memory of used proofs, with a lock of its own: a hash table whose entries are also linked by the time at which they end.
/// </summary>
/// <remarks>
/// Forgetting is dropping all entries of a time bucket. Entries are reused; the arrays grow by doubling up to the capacity, so nothing is
/// allocated for an entry once the stripe has reached its size.
/// </remarks>
internal sealed class ReplayStripe(int capacity)
{
    /// <summary>The length of a time bucket in seconds.</summary>
    public const int BucketSeconds = 5;

    /// <summary>The number of time buckets: more than ten minutes, which is longer than any proof is remembered.</summary>
    public const int Buckets = 128;

    private const int None = -1;
    private const int SmallestSize = 16;

    private readonly Lock _gate = new();
    private readonly Bucket[] _buckets = CreateBuckets();
    private Entry[] _entries = [];
    private int[] _heads = [];
    private int _used;
    private int _free = None;
    private int _count;
    private long _swept;

    /// <summary>Adds a key until the end of a bucket.</summary>
    /// <param name="key">The key of the proof.</param>
    /// <param name="now">The number of the present bucket.</param>
    /// <param name="until">The number of the bucket that ends last of those in which the proof is remembered.</param>
    /// <param name="limit">How many entries the stripe may have before this one.</param>
    public ReplayOutcome TryAdd(UInt128 key, long now, long until, int limit)
    {
        lock (_gate)
        {
            Sweep(now);
            if (Contains(key))
            {
                return ReplayOutcome.Replayed;
            }

            if (_count >= Math.Min(limit, capacity))
            {
                return ReplayOutcome.Full;
            }

            Add(key, until);
            return ReplayOutcome.Added;
        }
    }

    /// <summary>Returns the number of entries that have not ended.</summary>
    public int Count(long now)
    {
        lock (_gate)
        {
            Sweep(now);
            return _count;
        }
    }

    private bool Contains(UInt128 key)
    {
        if (_heads.Length == 0)
        {
            return false;
        }

        for (var at = _heads[Slot((ulong)key)]; at != None; at = _entries[at].NextInSlot)
        {
            if (_entries[at].Lower == (ulong)key && _entries[at].Upper == (ulong)(key >> 64))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(UInt128 key, long until)
    {
        ref var bucket = ref _buckets[until % Buckets];
        if (bucket.Number != until)
        {
            // All buckets in which a proof can end now have places of their own. Entries of another bucket are left only if the clock was
            // set by more than the spare buckets; such proofs are not acceptable now.
            Drop(ref bucket);
            bucket.Number = until;
        }

        var at = _free;
        if (at != None)
        {
            _free = _entries[at].NextInBucket;
        }
        else
        {
            if (_used == _entries.Length)
            {
                Grow();
            }

            at = _used++;
        }

        ref var head = ref _heads[Slot((ulong)key)];
        _entries[at] = new Entry((ulong)(key >> 64), (ulong)key, head, bucket.Head);
        head = at;
        bucket.Head = at;
        _count++;
    }

    private void Sweep(long now)
    {
        if (now <= _swept)
        {
            return;
        }

        _swept = now;
        foreach (ref var bucket in _buckets.AsSpan())
        {
            if (bucket.Number < now)
            {
                Drop(ref bucket);
            }
        }
    }

    private void Drop(ref Bucket bucket)
    {
        var at = bucket.Head;
        bucket.Head = None;
        while (at != None)
        {
            var next = _entries[at].NextInBucket;
            Unlink(at);
            _entries[at].NextInBucket = _free;
            _free = at;
            _count--;
            at = next;
        }
    }

    private void Unlink(int entry)
    {
        ref var link = ref _heads[Slot(_entries[entry].Lower)];
        while (link != entry)
        {
            link = ref _entries[link].NextInSlot;
        }

        link = _entries[entry].NextInSlot;
    }

    private void Grow()
    {
        var size = Math.Min(capacity, Math.Max(SmallestSize, _entries.Length * 2));
        Array.Resize(ref _entries, size);
        _heads = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)size)];
        _heads.AsSpan().Fill(None);

        // All entries are in use here, because the list of free ones is empty.
        for (var at = 0; at < _used; at++)
        {
            ref var head = ref _heads[Slot(_entries[at].Lower)];
            _entries[at].NextInSlot = head;
            head = at;
        }
    }

    private int Slot(ulong lower) => (int)(lower & (ulong)(_heads.Length - 1));

    private static Bucket[] CreateBuckets()
    {
        var buckets = new Bucket[Buckets];
        buckets.AsSpan().Fill(new Bucket { Head = None });
        return buckets;
    }

    private struct Bucket
    {
        public long Number;
        public int Head;
    }

    // The key is stored as two numbers: a field of type UInt128 would enlarge an entry from 24 to 32 bytes.
    private struct Entry(ulong upper, ulong lower, int nextInSlot, int nextInBucket)
    {
        public readonly ulong Upper = upper;
        public readonly ulong Lower = lower;
        public int NextInSlot = nextInSlot;
        public int NextInBucket = nextInBucket;
    }
}
