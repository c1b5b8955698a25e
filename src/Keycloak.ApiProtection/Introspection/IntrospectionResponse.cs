using System.Runtime.CompilerServices;
using System.Text.Json;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>Reads an introspection response (RFC 7662 section 2.2) and evaluates it for one token.</summary>
/// <remarks>
/// An ID token, and in Keycloak 24 a refresh token, is "active" too; therefore the type is checked. The claims <c>iss</c>, <c>sub</c>,
/// <c>jti</c> and <c>azp</c> must be present in the response with the same value if the token has them.
/// </remarks>
internal sealed class IntrospectionResponse(IntrospectionSettings settings)
{
    private static readonly BindingRule Binding = new();

    private readonly AudienceRule? _audience = settings.AudienceRule();

    /// <summary>Checks that the body of a 200 is an introspection response, active or inactive. Returns null if it is.</summary>
    /// <param name="body">The body.</param>
    /// <param name="source">Its address, for the log.</param>
    public static RealmFailure? Check(byte[] body, Uri source)
    {
        if (!RealmJson.Parse(body, source).Succeeded(out var document, out var failure))
        {
            return failure;
        }

        using (document)
        {
            return document.RootElement.TryGetProperty("active", out var active)
                && active.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? null
                : IntrospectionFailures.NotAResponse(source, "'active' is missing, or neither true nor false");
        }
    }

    /// <summary>Evaluates the body of a 200.</summary>
    /// <param name="body">The body.</param>
    /// <param name="source">Its address, for the log.</param>
    /// <param name="token">The introspected token.</param>
    /// <param name="realm">The issuer in the realm's discovery document as this API receives it; null if it is not known.</param>
    public IntrospectionVerdict Judge(byte[] body, Uri source, AccessToken token, string? realm)
    {
        if (!RealmJson.Parse(body, source).Succeeded(out var document, out var failure))
        {
            return IntrospectionVerdict.Failed(failure);
        }

        using (document)
        {
            var answer = document.RootElement;
            return !answer.TryGetProperty("active", out var active)
                ? IntrospectionVerdict.Failed(IntrospectionFailures.NotAResponse(source, "'active' is missing"))
                : active.ValueKind switch
                {
                    JsonValueKind.True => JudgeActive(body, answer, source, token),
                    JsonValueKind.False => IntrospectionVerdict.Rejected(Inactive(token, realm)),
                    _ => IntrospectionVerdict.Failed(IntrospectionFailures.NotAResponse(source, "'active' is neither true nor false")),
                };
        }
    }

    private IntrospectionVerdict JudgeActive(byte[] body, JsonElement answer, Uri source, AccessToken token)
    {
        var kind = RealmJson.String(answer, "token_type");
        if (!"Bearer".Equals(kind, StringComparison.OrdinalIgnoreCase) && !"DPoP".Equals(kind, StringComparison.OrdinalIgnoreCase))
        {
            return IntrospectionVerdict.FailedForToken(IntrospectionFailures.OfAnotherKind(kind));
        }

        using var payload = JsonDocument.Parse(token.Claims.Payload);
        foreach (var claim in new[] { "iss", "sub", "jti", "azp" })
        {
            // A claim that the token lacks cannot be compared: a lightweight token has no sub.
            if (payload.RootElement.TryGetProperty(claim, out _)
                && (RealmJson.String(payload.RootElement, claim) is not { } said || RealmJson.String(answer, claim) != said))
            {
                return IntrospectionVerdict.FailedForToken(IntrospectionFailures.OfAnotherToken(claim));
            }
        }

        if (!TokenClaims.TryRead(body, out var claims, out var problem))
        {
            return IntrospectionVerdict.FailedForToken(IntrospectionFailures.NotAResponse(source, problem!));
        }

        // For a lightweight token, the binding (cnf) may be present in the response only.
        if (!payload.RootElement.TryGetProperty("cnf", out _) && Binding.Check(claims, default) is { } bound)
        {
            return IntrospectionVerdict.Rejected(bound);
        }

        return _audience?.Check(claims, default) is not null
            ? IntrospectionVerdict.Rejected(TokenRejection.Audience.Because(
                $"Keycloak's introspection response for the token of client {ForeignText.Quote(RealmJson.String(answer, "azp"))} "
                    + $"does not contain the audience {string.Join(" or ", settings.Audiences!.Select(ForeignText.Quote))}."))
            : Active(claims, CurrentClaims.Of(answer, payload.RootElement, token, settings), token);
    }

    /// <summary>Creates the verdict for an active token.</summary>
    /// <remarks>
    /// A revocation of the user must match the token even if only the response names the user, whatever claims the principal has.
    /// </remarks>
    private static IntrospectionVerdict Active(in TokenClaims answer, AccessTokenClaims? current, AccessToken token)
    {
        var own = TokenMarks.Of(token.Claims.Payload.Span);
        var all = own.With(new TokenMarks(answer));
        if (current is null && all.Equals(own))
        {
            return IntrospectionVerdict.Active(null, null);
        }

        var marks = new StrongBox<TokenMarks>(all);
        current?.Learn(marks);
        return IntrospectionVerdict.Active(current, marks);
    }

    private TokenRejection Inactive(AccessToken token, string? realm)
    {
        if (realm is not null && token.Claims.Issuer != realm)
        {
            return TokenRejection.Inactive.Because(
                "Keycloak reports that the token is not active, and will report the same for every token: the token was issued by "
                    + $"{ForeignText.Quote(token.Claims.Issuer)}, but the realm's issuer as this API sees it is "
                    + $"{ForeignText.Quote(realm)}.",
                "Keycloak compares the token's issuer with the host name of the introspection request. Give Keycloak one name "
                    + "(KC_HOSTNAME, with KC_HOSTNAME_BACKCHANNEL_DYNAMIC=true), or let this API use the host name that clients use.");
        }

        // A lightweight token does not contain its audience, so it cannot be checked here.
        return token.IsLightweight || token.Claims.Holder.Audiences.Contains(settings.ClientId)
            ? TokenRejection.Inactive
            : TokenRejection.Inactive.Because(
                "Keycloak reports that the token is not active. Since 26.6.2 it reports this to every client that is not in the token's "
                    + $"audience, and {ForeignText.Quote(settings.ClientId)} is not in it.",
                $"Add an audience mapper for {ForeignText.Quote(settings.ClientId)} (Client scopes > the scope > Mappers > Add mapper > "
                    + "By configuration > Audience). If the session did end, the user must log in again.");
    }
}
