namespace Keycloak.ApiProtection.Realms;

/// <summary>What a key is needed for. Each kind has its own limit of waiting requests.</summary>
internal enum KeyDemand
{
    /// <summary>An access token. The client sends it again after a 503.</summary>
    AccessToken,

    /// <summary>
    /// A logout token or an admin push. Keycloak sends it only once, so it must not be rejected because too many access tokens wait.
    /// </summary>
    Notification,
}
