namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>Decides whether this process reads the stored events, for replicas that share what they read.</summary>
internal interface IPollingTurn
{
    /// <summary>Returns whether this process may poll now. Called before each poll.</summary>
    /// <param name="store">The address of the stores, which is the same for all replicas.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    public ValueTask<bool> MayPollAsync(Uri store, CancellationToken cancellationToken);
}
