namespace Keycloak.ApiProtection;

/// <summary>The source of a revocation.</summary>
public enum RevocationSource
{
    /// <summary>The application, through <see cref="IKeycloakRevocations"/>.</summary>
    Application,

    /// <summary>Keycloak, with a logout token (OpenID Connect Back-Channel Logout 1.0).</summary>
    BackchannelLogout,

    /// <summary>Keycloak, with a push to the admin URL of a client.</summary>
    AdminPush,

    /// <summary>
    /// Another replica, through the journal (<see cref="IRevocationJournal"/>). The journal has hashes only, so the event has no id.
    /// </summary>
    Journal,

    /// <summary>Keycloak, with an event that it stores (<c>AddKeycloakEvents()</c>).</summary>
    StoredEvent,
}
