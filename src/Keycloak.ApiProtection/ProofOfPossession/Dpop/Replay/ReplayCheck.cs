using Keycloak.ApiProtection.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Replay;

/// <summary>Finds proofs that were used before: in the memory of this process, or in the store that all replicas share.</summary>
internal sealed class ReplayCheck(
    DpopSettings settings, TimeProvider time, ILogger logger, IDpopReplayStore? store, ProofMemory memory)
{
    private static readonly TimeSpan MessageInterval = TimeSpan.FromMinutes(1);

    private readonly RejectionCause _storeMessage = new();

    /// <summary>Gets whether replicas share their memory.</summary>
    public bool HasStore => store is not null;

    /// <summary>Gets the memory of this process.</summary>
    public ProofMemory Memory => memory;

    /// <summary>Adds a proof to the memory of this process.</summary>
    /// <param name="key">The key under which the proof is remembered.</param>
    /// <param name="thumbprint">The thumbprint of the client's key.</param>
    /// <param name="until">The time from which the proof is not acceptable anymore.</param>
    /// <param name="hasNonce">Whether the proof has a valid nonce.</param>
    /// <param name="now">The current time.</param>
    public ReplayOutcome Add(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> thumbprint, DateTimeOffset until, bool hasNonce, DateTimeOffset now) =>
        memory.TryAdd(key, thumbprint, until, hasNonce, now);

    /// <summary>Adds a proof to the store. The parameters are those of <see cref="Add"/>.</summary>
    public async ValueTask<ReplayOutcome> AddAsync(
        byte[] key, byte[] thumbprint, DateTimeOffset until, bool hasNonce, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var isLocal = settings.OnStoreFailure == DpopStoreFailure.Local;
        var own = isLocal ? Add(key, thumbprint, until, hasNonce, now) : ReplayOutcome.Unknown;
        if (own == ReplayOutcome.Replayed)
        {
            return own;
        }

        try
        {
            return await store!.TryAddAsync(key, until + ProofMemory.ClockStep, cancellationToken).ConfigureAwait(false)
                ? ReplayOutcome.Added
                : ReplayOutcome.Replayed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever the store throws, the request gets the configured response.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (_storeMessage.Take(time, MessageInterval, out var suppressed))
            {
                logger.DpopReplayStoreFailed(
                    error,
                    settings.Scheme,
                    isLocal ? "The memory of this process decides." : "Requests with a DPoP proof get 503.",
                    suppressed);
            }

            return own;
        }
    }
}
