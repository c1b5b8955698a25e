using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Processes logout tokens (OpenID Connect Back-Channel Logout 1.0 sections 2.4 to 2.8).</summary>
/// <remarks>When a session ends, Keycloak sends one logout token, once, to each client of the session that has a logout URL.</remarks>
internal sealed class BackchannelLogout(NotificationVerification verification, ILogger<BackchannelLogout> logger)
{
    private static readonly string[] HeaderTypes = ["logout+jwt", "application/logout+jwt", "JWT"];

    /// <summary>Processes or rejects a logout token.</summary>
    public async ValueTask<NotificationOutcome> TakeAsync(HttpContext context)
    {
        var (body, unreadable) = await NotificationBody.ReadAsync(context, "application/x-www-form-urlencoded");
        if (unreadable is not null)
        {
            return unreadable;
        }

        if (Parameter(body!) is not { } text)
        {
            return NotificationRejection.Parameter;
        }

        if (RealmMessage.Read(text, out var message) is { } malformed)
        {
            return malformed;
        }

        if (!HeaderTypes.Contains(message.Type, StringComparer.OrdinalIgnoreCase))
        {
            return NotificationRejection.HeaderType;
        }

        if (LogoutToken.Read(message.Payload) is not { } token)
        {
            return NotificationRejection.Payload;
        }

        return await verification.TakeAsync(
            message,
            NotificationRejection.Issuer,
            token.IssuedAt.GetValueOrDefault(),
            scheme => Check(token, scheme),
            scheme => Apply(scheme, token),
            context.RequestAborted);
    }

    /// <summary>Applies a logout token that the scheme's realm has signed, unless it is a replay.</summary>
    private NotificationOutcome Apply(NotificationScheme scheme, LogoutToken token)
    {
        if (!scheme.Posted.IsFirst(token.Id!, token.ExpiresAt!.Value + scheme.Policy.ClockSkew))
        {
            return NotificationRejection.Replay;
        }

        var isSession = token.SessionId is not null;
        var client = token.Audiences.First(scheme.Serves);
        scheme.Revocations.Apply(
            isSession ? RevocationKind.Session : RevocationKind.User,
            token.SessionId ?? token.Subject,
            token.IssuedAt!.Value,
            RevocationSource.BackchannelLogout,
            token.RevokesOfflineAccess,

            // Without a session id no session is known to have ended: the user may log in again with this client.
            endedForClient: isSession ? client : null);
        var quoted = TokenDiagnosis.Quote(client);
        logger.LogoutTaken(scheme.Name, isSession ? "a session" : "a user", quoted, token.IssuedAt.Value);
        return NotificationOutcome.Taken;
    }

    /// <summary>Checks everything that does not need a key.</summary>
    private static NotificationRejection? Check(LogoutToken token, NotificationScheme scheme)
    {
        var now = scheme.Now;
        var skew = scheme.Policy.ClockSkew;
        return token.Kind != "Logout" ? NotificationRejection.Kind
            : !scheme.Policy.Issuers.Contains(token.Issuer) ? NotificationRejection.Issuer
            : !token.Audiences.Any(scheme.Serves) ? NotificationRejection.Audience
            : token.IssuedAt is not { } issuedAt || issuedAt > now + skew ? NotificationRejection.IssuedAt
            : token.ExpiresAt is not { } expiresAt || now - skew >= expiresAt ? NotificationRejection.Expired
            : !token.HasLogoutEvent ? NotificationRejection.Events
            : token.HasNonce ? NotificationRejection.Nonce
            : token.SessionId is null && token.Subject is null ? NotificationRejection.Subject
            : string.IsNullOrEmpty(token.Id) ? NotificationRejection.Id
            : null;
    }

    /// <summary>Returns the parameter; null unless it is present exactly once. Other parameters are ignored (section 2.5).</summary>
    private static string? Parameter(string form)
    {
        string? found = null;
        foreach (var pair in new QueryStringEnumerable(form))
        {
            if (pair.DecodeName().Span is "logout_token")
            {
                if (found is not null)
                {
                    return null;
                }

                found = pair.DecodeValue().ToString();
            }
        }

        return found;
    }
}
