using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Endpoints;

/// <summary>Takes logout tokens: Keycloak tells of a session that ended, once, to each client of the session that has a URL.</summary>
/// <remarks>OpenID Connect Back-Channel Logout 1.0 sections 2.4 to 2.8.</remarks>
internal sealed class BackchannelLogout(NotificationVerification verification, ILogger<BackchannelLogout> logger)
{
    private static readonly string[] HeaderTypes = ["logout+jwt", "application/logout+jwt", "JWT"];

    /// <summary>Takes or refuses what was posted.</summary>
    public async ValueTask<PostOutcome> TakeAsync(HttpContext context)
    {
        var (body, unreadable) = await PostedBody.ReadAsync(context, "application/x-www-form-urlencoded");
        if (unreadable is not null)
        {
            return unreadable;
        }

        if (Parameter(body!) is not { } text)
        {
            return PostRefusal.Parameter;
        }

        if (RealmMessage.Read(text, out var message) is { } malformed)
        {
            return malformed;
        }

        if (!HeaderTypes.Contains(message.Type, StringComparer.OrdinalIgnoreCase))
        {
            return PostRefusal.HeaderType;
        }

        if (LogoutToken.Read(message.Payload) is not { } token)
        {
            return PostRefusal.Payload;
        }

        return await verification.TakeAsync(
            message,
            PostRefusal.Issuer,
            token.IssuedAt.GetValueOrDefault(),
            scheme => Check(token, scheme),
            scheme => Apply(scheme, token),
            context.RequestAborted);
    }

    /// <summary>Applies what the scheme's realm has signed.</summary>
    private PostOutcome Apply(EndpointScheme scheme, LogoutToken token)
    {
        if (!scheme.Posted.IsFirst(token.Id!, token.ExpiresAt!.Value + scheme.Policy.ClockSkew))
        {
            return PostRefusal.Replay;
        }

        var isSession = token.SessionId is not null;
        var client = token.Audiences.First(scheme.Serves);
        scheme.Revocations.Apply(
            isSession ? RevocationKind.Session : RevocationKind.User,
            token.SessionId ?? token.Subject,
            token.IssuedAt!.Value,
            RevocationSource.BackchannelLogout,
            token.RevokesOfflineAccess,

            // Without a session there is nothing that ended for good: the user may log in again with this client.
            endedForClient: isSession ? client : null);
        var quoted = TokenDiagnosis.Quote(client);
        logger.LogoutTaken(scheme.Name, isSession ? "a session" : "a user", quoted, token.IssuedAt.Value);
        return PostOutcome.Taken;
    }

    /// <summary>All that can be asked without a key.</summary>
    private static PostRefusal? Check(LogoutToken token, EndpointScheme scheme)
    {
        var now = scheme.Now;
        var skew = scheme.Policy.ClockSkew;
        return token.Kind != "Logout" ? PostRefusal.Kind
            : !scheme.Policy.Issuers.Contains(token.Issuer) ? PostRefusal.Issuer
            : !token.Audiences.Any(scheme.Serves) ? PostRefusal.Audience
            : token.IssuedAt is not { } issuedAt || issuedAt > now + skew ? PostRefusal.IssuedAt
            : token.ExpiresAt is not { } expiresAt || now - skew >= expiresAt ? PostRefusal.Expired
            : !token.HasLogoutEvent ? PostRefusal.Events
            : token.HasNonce ? PostRefusal.Nonce
            : token.SessionId is null && token.Subject is null ? PostRefusal.Subject
            : string.IsNullOrEmpty(token.Id) ? PostRefusal.Id
            : null;
    }

    /// <summary>The parameter, which must stand there once; others are not ours (section 2.5).</summary>
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
