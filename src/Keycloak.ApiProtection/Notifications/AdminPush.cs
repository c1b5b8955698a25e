using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Takes what Keycloak pushes to a client's admin URL: not-before, sign-outs, and the question whether anybody is there.</summary>
/// <remarks>
/// A pushed not-before counts for all tokens of the realm: the realm's and a client's come in the same form, and to read the realm's as
/// a client's would let tokens through. It never moves back: a push from the page of a client brings that client's own, often 0.
/// </remarks>
internal sealed class AdminPush(NotificationVerification verification, ILogger<AdminPush> logger)
{
    /// <summary>Takes or refuses what was posted.</summary>
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

        // It does not say when it was signed; while it has not expired that can only have been a moment ago.
        return await verification.TakeAsync(
            message,
            NotificationRejection.Key,
            pushed.ExpiresAt.GetValueOrDefault(),
            scheme => Check(pushed, scheme),
            scheme => TakeOnce(scheme, pushed),
            context.RequestAborted);
    }

    /// <summary>Applies what the scheme's realm has signed.</summary>
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
            // Keycloak's console says "now". It never moves back here, so that a slip of years would reject every token until a restart.
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

    /// <summary>All that can be asked without a key.</summary>
    private static NotificationRejection? Check(AdminAction pushed, NotificationScheme scheme) =>
        pushed.Resource is not { } resource || !scheme.Serves(resource) ? NotificationRejection.Resource
        : pushed.ExpiresAt is not { } expiresAt || scheme.Now - scheme.Policy.ClockSkew >= expiresAt ? NotificationRejection.Expired
        : string.IsNullOrEmpty(pushed.Id) ? NotificationRejection.Id
        : null;
}
