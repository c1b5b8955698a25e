namespace Keycloak.ApiProtection.Realms;

/// <summary>What a key is searched for: each kind of waiting has places of its own.</summary>
internal enum KeyDemand
{
    /// <summary>An access token, which the client sends again after a 503.</summary>
    AccessToken,

    /// <summary>A logout token or an admin push, which Keycloak sends once: tokens must not take its place.</summary>
    Notification,
}
