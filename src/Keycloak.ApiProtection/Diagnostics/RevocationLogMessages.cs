using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>What happens to revocations. Event ids 120 to 149.</summary>
internal static partial class RevocationLogMessages
{
    [LoggerMessage(EventId = 120, EventName = "RevocationsMerged", Level = LogLevel.Warning,
        Message = "{Scheme}: there are more revocations than RevocationCapacity. The {Count} oldest became a watermark: every token issued until {Watermark:u} is refused from now on, until its client refreshes. Raise RevocationCapacity, or shorten RevocationLifetime to the life of the realm's access tokens.")]
    public static partial void RevocationsMerged(this ILogger logger, string scheme, int count, DateTimeOffset watermark);

    [LoggerMessage(EventId = 121, EventName = "TokenOutlivesRevocations", Level = LogLevel.Warning,
        Message = "{Scheme}: a token lives {Lifetime}, and revocations are kept for {RevocationLifetime}: a revoked token of this kind can be accepted again. Set RevocationLifetime to the life of the longest-lived access token (Realm settings > Tokens > Access Token Lifespan, and the clients' own), or shorten that. Said once.")]
    public static partial void TokenOutlivesRevocations(this ILogger logger, string scheme, TimeSpan lifetime, TimeSpan revocationLifetime);

    [LoggerMessage(EventId = 122, EventName = "RevocationObserverFailed", Level = LogLevel.Error,
        Message = "{Scheme}: an observer of revocations (IKeycloakRevocations.Observe) has thrown. The revocation counts all the same.")]
    public static partial void ObserverFailed(this ILogger logger, Exception exception, string scheme);

    [LoggerMessage(EventId = 123, EventName = "LogoutTaken", Level = LogLevel.Information,
        Message = "{Scheme}: Keycloak logged {What} of client {Client} out: tokens issued until {IssuedUntil:u} are refused.")]
    public static partial void LogoutTaken(this ILogger logger, string scheme, string what, string client, DateTimeOffset issuedUntil);

    [LoggerMessage(EventId = 124, EventName = "NotBeforeTaken", Level = LogLevel.Information,
        Message = "{Scheme}: Keycloak pushed not-before {NotBefore:u} ({Action}, through client {Client}): tokens issued until then are refused (changed something: {IsNew}).")]
    public static partial void NotBeforeTaken(this ILogger logger, string scheme, string action, string client, DateTimeOffset notBefore, bool isNew);

    [LoggerMessage(EventId = 125, EventName = "SessionsPushed", Level = LogLevel.Information,
        Message = "{Scheme}: Keycloak pushed the end of {Count} sessions through client {Client}.")]
    public static partial void SessionsPushed(this ILogger logger, string scheme, int count, string client);

    [LoggerMessage(EventId = 126, EventName = "NotificationRejected", Level = LogLevel.Warning,
        Message = "{Endpoint}: what was posted is refused ({Code}). {Reason} {Remedy} (Rejected like this since it was last said: {Alike}.)")]
    public static partial void NotificationRejected(this ILogger logger, string endpoint, string code, string reason, string remedy, long alike);

    [LoggerMessage(EventId = 127, EventName = "NotificationUndecided", Level = LogLevel.Error,
        Message = "{Endpoint}: the realm's keys cannot be had, so that what was posted could not be verified (503). Keycloak does not send it again: until they expire, tokens of a session that has just ended may be accepted here. (So since it was last said: {Alike}.)")]
    public static partial void NotificationUndecided(this ILogger logger, string endpoint, long alike);

    [LoggerMessage(EventId = 128, EventName = "LoginClientsUnused", Level = LogLevel.Warning,
        Message = "{Scheme}: LoginClients is set, and nothing listens for what Keycloak says of them: call app.MapKeycloakEndpoints().")]
    public static partial void LoginClientsUnused(this ILogger logger, string scheme);

    [LoggerMessage(EventId = 129, EventName = "EndedSessionsDropped", Level = LogLevel.Warning,
        Message = "{Scheme}: there are more ended sessions than RevocationCapacity. The {Count} that end first were let go: should Keycloak have lost the end of such a session, tokens that it issued after the logout are accepted. Raise RevocationCapacity, or shorten EndedSessionLifetime to the realm's SSO Session Max.")]
    public static partial void EndedSessionsDropped(this ILogger logger, string scheme, int count);

    [LoggerMessage(EventId = 130, EventName = "NotBeforeInTheFuture", Level = LogLevel.Warning,
        Message = "{Scheme}: Keycloak pushed not-before {NotBefore:u} (through client {Client}), which lies in the future. It counts as {Capped:u}, the present time and ClockSkew: a later one would reject every token until then, and it never moves back. Correct it (Sessions > Action > Revocation, or Clients > the client > Advanced > Revocation), and compare the clocks.")]
    public static partial void NotBeforeInTheFuture(this ILogger logger, string scheme, DateTimeOffset notBefore, string client, DateTimeOffset capped);
}
