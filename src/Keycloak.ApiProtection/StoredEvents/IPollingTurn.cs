namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>Decides whether this process reads the stored events, for replicas that share what they read.</summary>
internal interface IPollingTurn
{
    /// <summary>Returns whether this process may poll now. Called before each poll.</summary>
    /// <param name="scheme">The scheme whose realm is read.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    public ValueTask<bool> MayPollAsync(string scheme, CancellationToken cancellationToken);
}
