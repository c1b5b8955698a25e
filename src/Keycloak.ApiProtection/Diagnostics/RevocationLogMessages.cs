using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Log messages about revocations and Keycloak's notifications. Event ids 120 to 139; they never change.</summary>
internal static partial class RevocationLogMessages
{
    [LoggerMessage(EventId = 120, EventName = "RevocationsMerged", Level = LogLevel.Warning,
        Message = "{Scheme}: there are more revocations than Revocation.Capacity. The {Count} oldest were merged into a watermark: "
            + "from now on, every token issued until {Watermark:u} is rejected until its client refreshes it. "
            + "Raise Revocation.Capacity, or shorten Revocation.Lifetime to the lifetime of the realm's access tokens.")]
    public static partial void RevocationsMerged(this ILogger logger, string scheme, int count, DateTimeOffset watermark);

    [LoggerMessage(EventId = 121, EventName = "TokenOutlivesRevocations", Level = LogLevel.Warning,
        Message = "{Scheme}: a token has a lifetime of {Lifetime}, but revocations are kept for {Kept} only. "
            + "A revoked token of this kind can be accepted again. "
            + "Set Revocation.Lifetime to the lifetime of the longest-lived access token (Realm settings > Tokens > Access Token Lifespan, "
            + "and the clients' own settings), or shorten that lifetime. This message is logged once.")]
    public static partial void TokenOutlivesRevocations(this ILogger logger, string scheme, TimeSpan lifetime, TimeSpan kept);

    [LoggerMessage(EventId = 122, EventName = "RevocationObserverFailed", Level = LogLevel.Error,
        Message = "{Scheme}: an observer of revocations (IKeycloakRevocations.Observe) threw an exception. "
            + "The revocation takes effect nevertheless.")]
    public static partial void ObserverFailed(this ILogger logger, Exception exception, string scheme);

    [LoggerMessage(EventId = 123, EventName = "LogoutTaken", Level = LogLevel.Information,
        Message = "{Scheme}: Keycloak logged out {What} of client {Client}. Tokens issued until {IssuedUntil:u} are rejected.")]
    public static partial void LogoutTaken(this ILogger logger, string scheme, string what, string client, DateTimeOffset issuedUntil);

    [LoggerMessage(EventId = 124, EventName = "NotBeforeTaken", Level = LogLevel.Information,
        Message = "{Scheme}: Keycloak pushed not-before {NotBefore:u} ({Action}, through client {Client}). "
            + "Tokens issued until then are rejected (changed something: {IsNew}).")]
    public static partial void NotBeforeTaken(
        this ILogger logger, string scheme, string action, string client, DateTimeOffset notBefore, bool isNew);

    [LoggerMessage(EventId = 125, EventName = "SessionsPushed", Level = LogLevel.Information,
        Message = "{Scheme}: Keycloak pushed the end of {Count} sessions through client {Client}.")]
    public static partial void SessionsPushed(this ILogger logger, string scheme, int count, string client);

    [LoggerMessage(EventId = 126, EventName = "NotificationRejected", Level = LogLevel.Warning,
        Message = "{Endpoint}: notification rejected ({Code}). {Reason} {Remedy} ({Suppressed} more since the last message)")]
    public static partial void NotificationRejected(
        this ILogger logger, string endpoint, string code, string reason, string remedy, long suppressed);

    [LoggerMessage(EventId = 127, EventName = "NotificationUndecided", Level = LogLevel.Error,
        Message = "{Endpoint}: the notification could not be verified because the realm's keys are unavailable; returned 503. "
            + "Keycloak does not send it again, so tokens of a session that has just ended may be accepted here until they expire. "
            + "({Suppressed} more since the last message)")]
    public static partial void NotificationUndecided(this ILogger logger, string endpoint, long suppressed);

    [LoggerMessage(EventId = 128, EventName = "LoginClientsUnused", Level = LogLevel.Warning,
        Message = "{Scheme}: LoginClients is set, but no endpoint receives Keycloak's notifications about these clients. "
            + "Call app.MapKeycloakEndpoints().")]
    public static partial void LoginClientsUnused(this ILogger logger, string scheme);

    [LoggerMessage(EventId = 129, EventName = "EndedSessionsDropped", Level = LogLevel.Warning,
        Message = "{Scheme}: there are more ended sessions than Revocation.Capacity. The {Count} that expire first were evicted. "
            + "If Keycloak has lost the end of such a session, tokens that it issued after the logout are accepted. "
            + "Raise Revocation.Capacity, or shorten Revocation.EndedSessionLifetime to the realm's SSO Session Max.")]
    public static partial void EndedSessionsDropped(this ILogger logger, string scheme, int count);

    [LoggerMessage(EventId = 130, EventName = "NotBeforeInTheFuture", Level = LogLevel.Warning,
        Message = "{Scheme}: Keycloak pushed not-before {NotBefore:u} (through client {Client}), which is in the future. "
            + "{Capped:u} is used instead, which is the present time plus ClockSkew. "
            + "A later value would reject every token until then, and not-before never moves back. "
            + "Correct it (Sessions > Action > Revocation, or Clients > the client > Advanced > Revocation), and compare the clocks.")]
    public static partial void NotBeforeInTheFuture(
        this ILogger logger, string scheme, DateTimeOffset notBefore, string client, DateTimeOffset capped);

    [LoggerMessage(EventId = 131, EventName = "RechecksMerged", Level = LogLevel.Warning,
        Message = "{Scheme}: the rights of more users have changed than Revocation.Capacity allows. "
            + "The {Count} changes were merged into one: every token that was issued until the last of them is introspected once. "
            + "Raise Revocation.Capacity, or shorten Revocation.Lifetime to the lifetime of the realm's access tokens.")]
    public static partial void RechecksMerged(this ILogger logger, string scheme, int count);
}
