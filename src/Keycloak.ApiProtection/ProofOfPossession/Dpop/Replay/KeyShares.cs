namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Replay;

/// <summary>Counts how many remembered proofs each client key has, approximately and without a lock.</summary>
/// <remarks>
/// Keys whose thumbprints begin alike share a count, so it can be too high, but never too low for longer than a moment. A wrong count only
/// causes a request for a nonce. The memory is constant, whatever keys the clients have.
/// </remarks>
internal sealed class KeyShares
{
    private const int Keys = 1024;

    // 16 buckets of 64 seconds are more than the time for which any proof is remembered.
    private const int Buckets = 16;
    private const int BucketSeconds = 64;

    // The upper half is the number of the bucket, the lower half its count.
    private readonly long[] _counts = new long[Keys * Buckets];

    /// <summary>Counts one proof that ends at this time (Unix seconds).</summary>
    public void Count(ReadOnlySpan<byte> thumbprint, long until)
    {
        var number = until / BucketSeconds;
        ref var cell = ref _counts[First(thumbprint) + (int)(number % Buckets)];
        var seen = Volatile.Read(ref cell);
        while (true)
        {
            var next = seen >> 32 == number ? seen + 1 : (number << 32) | 1;
            var found = Interlocked.CompareExchange(ref cell, next, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    /// <summary>Returns the number of proofs of a key that have not ended at this time (Unix seconds).</summary>
    public int Of(ReadOnlySpan<byte> thumbprint, long now)
    {
        var number = now / BucketSeconds;
        var first = First(thumbprint);
        var sum = 0L;
        for (var at = first; at < first + Buckets; at++)
        {
            var cell = Volatile.Read(ref _counts[at]);
            sum += cell >> 32 >= number ? (uint)cell : 0;
        }

        return (int)Math.Min(int.MaxValue, sum);
    }

    // The thumbprint is a SHA-256, so its first bits are evenly distributed.
    private static int First(ReadOnlySpan<byte> thumbprint) => (((thumbprint[0] << 8) | thumbprint[1]) & (Keys - 1)) * Buckets;
}
