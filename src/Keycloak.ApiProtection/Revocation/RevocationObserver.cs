using System.Collections.Concurrent;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>A callback of the application for every revocation.</summary>
internal sealed class RevocationObserver(
    Action<KeycloakRevocation> callback, ConcurrentDictionary<RevocationObserver, byte> observers) : IDisposable
{
    /// <summary>Calls the callback.</summary>
    public void Notify(KeycloakRevocation revocation) => callback(revocation);

    /// <inheritdoc />
    public void Dispose() => observers.TryRemove(this, out _);
}
