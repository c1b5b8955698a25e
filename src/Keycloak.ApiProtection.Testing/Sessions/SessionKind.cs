namespace Keycloak.ApiProtection.Testing.Sessions;

/// <summary>How long a session is meant to live. The first two letters of a token's <c>jti</c> tell it.</summary>
internal enum SessionKind
{
    /// <summary>Ends with logout or after its idle time.</summary>
    Online,

    /// <summary>Outlives the user's log-out and the server's restart.</summary>
    Offline,

    /// <summary>Exists for one token only: service accounts. It is never stored and cannot be ended.</summary>
    Transient,
}
