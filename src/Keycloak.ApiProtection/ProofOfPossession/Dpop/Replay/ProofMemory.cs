using System.Buffers.Binary;
using System.Numerics;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Replay;

/// <summary>The used proofs that this process remembers, so that a replay is detected (RFC 9449 section 11.1).</summary>
/// <remarks>
/// <para>A proof is remembered for as long as it is acceptable, and <see cref="ClockStep"/> longer, so that the clock may be set back by
/// that much. The proofs are distributed over stripes by their hash; requests wait for each other only if they need the same stripe.</para>
/// <para>When three quarters are used, proofs without a nonce are not accepted anymore until less than half is used. The last quarter is
/// for proofs with a nonce, which are remembered for a shorter time. Nothing is forgotten early.</para>
/// </remarks>
internal sealed class ProofMemory
{
    /// <summary>How far the clock can be set back without an accepted proof becoming acceptable again.</summary>
    public static readonly TimeSpan ClockStep = TimeSpan.FromSeconds(10);

    private const int EntriesPerStripe = 1024;
    private const int MostStripes = 64;
    private const int ShareOfOneKey = 8;

    private readonly ReplayStripe[] _stripes;
    private readonly int _stripeCapacity;
    private readonly int _stripeLimit;
    private readonly int _capacity;
    private readonly KeyShares _shares = new();
    private readonly string _scheme;
    private readonly ILogger _logger;
    private readonly RejectionCause _keyMessage = new();
    private readonly TimeProvider _time;
    private int _isUnderPressure;
    private long _lastExamined;

    /// <param name="capacity">The maximum number of proofs.</param>
    /// <param name="scheme">The name of the scheme, for the log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs once when the memory becomes full, and once when it has drained.</param>
    public ProofMemory(int capacity, string scheme, TimeProvider time, ILogger logger)
    {
        var stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(capacity / EntriesPerStripe, 1, MostStripes));
        stripes = Math.Min(stripes, MostStripes);
        _stripeCapacity = Math.Max(1, capacity / stripes);
        _stripeLimit = Math.Max(1, _stripeCapacity * 3 / 4);
        _capacity = _stripeCapacity * stripes;
        _stripes = new ReplayStripe[stripes];
        for (var at = 0; at < stripes; at++)
        {
            _stripes[at] = new ReplayStripe(_stripeCapacity);
        }

        (_scheme, _time, _logger) = (scheme, time, logger);
    }

    /// <summary>Gets the number of remembered proofs.</summary>
    public int Count
    {
        get
        {
            var now = Bucket(_time.GetUtcNow().ToUnixTimeSeconds());
            return _stripes.Sum(stripe => stripe.Count(now));
        }
    }

    /// <summary>Returns whether a proof of this key needs a nonce, because the memory is full or this key takes too much of it.</summary>
    /// <param name="thumbprint">The thumbprint of the key, 32 bytes.</param>
    /// <param name="now">The time.</param>
    public bool NeedsNonce(ReadOnlySpan<byte> thumbprint, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        if (Volatile.Read(ref _isUnderPressure) != 0 && !HasDrained(seconds))
        {
            return true;
        }

        var held = _shares.Of(thumbprint, seconds);
        if (held <= _capacity / ShareOfOneKey)
        {
            return false;
        }

        if (_keyMessage.Take(_time, TimeSpan.FromMinutes(1), out _))
        {
            _logger.DpopKeyHoldsMuch(_scheme, held, _capacity);
        }

        return true;
    }

    /// <summary>Remembers a proof. Of several concurrent calls with the same key, one returns <see cref="ReplayOutcome.Added"/>.</summary>
    /// <param name="key">The first 16 bytes of SHA-256(thumbprint || jti).</param>
    /// <param name="thumbprint">The thumbprint of the client's key, 32 bytes.</param>
    /// <param name="acceptableUntil">The time from which the proof is not acceptable anymore.</param>
    /// <param name="hasNonce">Whether the proof has a valid nonce.</param>
    /// <param name="now">The time.</param>
    public ReplayOutcome TryAdd(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> thumbprint, DateTimeOffset acceptableUntil, bool hasNonce, DateTimeOffset now)
    {
        var hash = BinaryPrimitives.ReadUInt128LittleEndian(key);
        var until = (acceptableUntil + ClockStep).ToUnixTimeSeconds();
        var stripe = _stripes[(int)(uint)(hash >> 96) & (_stripes.Length - 1)];
        var outcome = stripe.TryAdd(
            hash, Bucket(now.ToUnixTimeSeconds()), Bucket(until), hasNonce ? _stripeCapacity : _stripeLimit);
        if (outcome == ReplayOutcome.Added)
        {
            _shares.Count(thumbprint, until);
            if (!hasNonce && Volatile.Read(ref _isUnderPressure) != 0)
            {
                HasDrained(now.ToUnixTimeSeconds());
            }
        }
        else if (outcome == ReplayOutcome.Full && Interlocked.Exchange(ref _isUnderPressure, 1) == 0)
        {
            _logger.DpopReplayMemoryFull(_scheme, _capacity);
        }

        return outcome;
    }

    private static long Bucket(long seconds) => seconds / ReplayStripe.BucketSeconds;

    /// <summary>Returns whether less than half of the memory is used. One request in each second examines it.</summary>
    private bool HasDrained(long seconds)
    {
        var last = Volatile.Read(ref _lastExamined);
        if (last == seconds || Interlocked.CompareExchange(ref _lastExamined, seconds, last) != last)
        {
            return Volatile.Read(ref _isUnderPressure) == 0;
        }

        var now = Bucket(seconds);
        var count = 0;
        foreach (var stripe in _stripes)
        {
            count += stripe.Count(now);
        }

        if (count * 2L >= _capacity)
        {
            return false;
        }

        if (Interlocked.Exchange(ref _isUnderPressure, 0) != 0)
        {
            _logger.DpopReplayMemoryDrained(_scheme);
        }

        return true;
    }
}
