using System.Collections.Concurrent;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>Somebody who wants to hear of every revocation.</summary>
internal sealed class RevocationObserver(Action<KeycloakRevocation> tell, ConcurrentDictionary<RevocationObserver, byte> observers) : IDisposable
{
    /// <summary>Tells it.</summary>
    public void Tell(KeycloakRevocation revocation) => tell(revocation);

    /// <inheritdoc />
    public void Dispose() => observers.TryRemove(this, out _);
}
