using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Processes Keycloak's pushes to a client's admin URL: not-before, sign-outs, and the availability test.</summary>
/// <remarks>
/// A pushed not-before applies to all tokens of the realm. The realm's and a client's not-before have the same form, and to treat the
/// realm's as a client's would accept revoked tokens. The not-before never moves back, because a push from a client's page in the console
/// contains that client's own value, which is often 0.
/// </remarks>
internal sealed class AdminPush(NotificationVerification verification, ILogger<AdminPush> logger)
{
    /// <summary>Processes or rejects a push.</summary>
    public async ValueTask<NotificationOutcome> TakeAsync(HttpContext context, string action)
    {
        var (body, unreadable) = await NotificationBody.ReadAsync(context, "text/plain");
        if (unreadable is not null)
        {
            return unreadable;
        }

        if (RealmMessage.Read(body!, out var message) is { } malformed)
        {
            return malformed;
        }

        if (!"JWT".Equals(message.Type, StringComparison.OrdinalIgnoreCase))
        {
            return NotificationRejection.HeaderType;
        }

        if (AdminAction.Read(message.Payload) is not { } pushed)
        {
            return NotificationRejection.Payload;
        }

        if (pushed.IsToken || pushed.Action != action)
        {
            return NotificationRejection.Action;
        }

        // A push has no issue time. While it has not expired, it was signed a moment ago, so the expiry serves as the issue time.
        return await verification.TakeAsync(
            message,
            NotificationRejection.Key,
            pushed.ExpiresAt.GetValueOrDefault(),
            scheme => Check(pushed, scheme),
            scheme => TakeOnce(scheme, pushed),
            context.RequestAborted);
    }

    /// <summary>Applies a push that the scheme's realm has signed, unless it is a replay.</summary>
    private NotificationOutcome TakeOnce(NotificationScheme scheme, AdminAction pushed)
    {
        if (!scheme.Posted.IsFirst(pushed.Id!, pushed.ExpiresAt!.Value + scheme.Policy.ClockSkew))
        {
            return NotificationRejection.Replay;
        }

        Apply(scheme, pushed);
        return NotificationOutcome.Taken;
    }

    private void Apply(NotificationScheme scheme, AdminAction pushed)
    {
        var client = TokenDiagnosis.Quote(pushed.Resource);
        if (pushed.Sessions.Count > 0)
        {
            foreach (var session in pushed.Sessions)
            {
                scheme.Revocations.Apply(RevocationKind.Session, session, scheme.Revocations.UntilNow, RevocationSource.AdminPush);
            }

            logger.SessionsPushed(scheme.Name, pushed.Sessions.Count, client);
        }

        if (pushed.NotBefore is { } notBefore)
        {
            // Keycloak's console sets the current time. A value in the future is limited because the not-before never moves back: a wrong
            // year would reject every token until a restart.
            var latest = scheme.Revocations.UntilNow;
            if (notBefore > latest)
            {
                logger.NotBeforeInTheFuture(scheme.Name, notBefore, client, latest);
                notBefore = latest;
            }

            var isNew = scheme.Revocations.Apply(RevocationKind.Realm, null, notBefore, RevocationSource.AdminPush);
            logger.NotBeforeTaken(scheme.Name, pushed.Action!, client, notBefore, isNew);
        }
    }

    /// <summary>Checks everything that does not need a key.</summary>
    private static NotificationRejection? Check(AdminAction pushed, NotificationScheme scheme) =>
        pushed.Resource is not { } resource || !scheme.Serves(resource) ? NotificationRejection.Resource
        : pushed.ExpiresAt is not { } expiresAt || scheme.Now - scheme.Policy.ClockSkew >= expiresAt ? NotificationRejection.Expired
        : string.IsNullOrEmpty(pushed.Id) ? NotificationRejection.Id
        : null;
}
