using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>Whether the stored events of a scheme's realm are read at present. Immutable.</summary>
/// <param name="Since">When reading began, or when it became this process's turn.</param>
/// <param name="IsMyTurn">Whether this process reads the events. If not, another replica does.</param>
/// <param name="LastSuccess">When the last successful poll began; null before the first.</param>
/// <param name="Problem">Why the last poll failed; null after a successful one.</param>
internal sealed record StoredEventsState(DateTimeOffset Since, bool IsMyTurn, DateTimeOffset? LastSuccess, RealmFailure? Problem)
{
    /// <summary>Returns how long no poll has succeeded.</summary>
    public TimeSpan Silence(DateTimeOffset now) => now - (LastSuccess is { } success && success > Since ? success : Since);
}
