using Keycloak.ApiProtection.Journal;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>One of the processes that share a journal reads the stored events; the others get their effects from the journal.</summary>
internal sealed class SharedTurn(SharedRevocations shared) : IPollingTurn
{
    /// <inheritdoc />
    /// <remarks>
    /// If the journal cannot say whose turn it is, each process polls: an effect that is applied twice changes nothing, and one that is not
    /// applied at all is a revoked token that is accepted.
    /// </remarks>
    public async ValueTask<bool> MayPollAsync(Uri store, CancellationToken cancellationToken)
    {
        try
        {
            return await shared.TryTakeTurnAsync($"stored events of {store}", cancellationToken);
        }
#pragma warning disable CA1031 // whatever the journal throws
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return true;
        }
    }
}
