namespace Keycloak.ApiProtection.Testing.Sessions;

/// <summary>The kind of a session, which determines its lifetime. The first two letters of a token's <c>jti</c> contain it.</summary>
internal enum SessionKind
{
    /// <summary>Ends with a logout or after its idle time.</summary>
    Online,

    /// <summary>Stays after the user's logout and after a restart of the server.</summary>
    Offline,

    /// <summary>Exists for one token of a service account only. It is never stored and cannot be ended.</summary>
    Transient,
}
