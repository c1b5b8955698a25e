namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>Each process reads the stored events itself.</summary>
internal sealed class AlwaysMyTurn : IPollingTurn
{
    /// <inheritdoc />
    public ValueTask<bool> MayPollAsync(Uri store, CancellationToken cancellationToken) => new(true);
}
