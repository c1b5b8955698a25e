namespace Keycloak.ApiProtection;

/// <summary>A memory of used DPoP proofs that all replicas of an API share (RFC 9449 section 11.1).</summary>
/// <remarks>
/// Without it, each process remembers the proofs that it has accepted, and a stolen proof can be replayed once at every other replica
/// while it is acceptable. Implementations must be thread-safe.
/// </remarks>
public interface IDpopReplayStore
{
    /// <summary>Adds the key of a proof unless the store has it already.</summary>
    /// <param name="key">
    /// The key: 16 bytes of a SHA-256 over the client's key and the proof's <c>jti</c>. It must not be used after the task has completed.
    /// </param>
    /// <param name="until">Until when the store must keep the key. It may keep it for longer.</param>
    /// <param name="cancellationToken">Canceled when the request is aborted.</param>
    /// <returns>
    /// True if the store did not have the key. The check and the addition must be one atomic operation: of several concurrent calls with
    /// the same key, from any replica, exactly one returns true. Examples are <c>SET key 1 NX PXAT</c> in Redis and
    /// <c>INSERT ... ON CONFLICT DO NOTHING</c> in PostgreSQL.
    /// </returns>
    /// <remarks>An exception means that the store failed: see <see cref="DpopOptions.OnStoreFailure"/>.</remarks>
    ValueTask<bool> TryAddAsync(ReadOnlyMemory<byte> key, DateTimeOffset until, CancellationToken cancellationToken);
}
