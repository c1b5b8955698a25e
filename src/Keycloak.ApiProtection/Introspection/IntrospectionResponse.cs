using System.Runtime.CompilerServices;
using System.Text.Json;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>Reads an answer (RFC 7662 section 2.2) and decides what it is worth for one token.</summary>
/// <remarks>
/// An ID token, and in Keycloak 24 a refresh token, is "active" too: the type is looked at. What the answer and the token both say must agree,
/// and what binds them together (<c>iss</c>, <c>jti</c>, where the token has it) must be there.
/// </remarks>
internal sealed class IntrospectionResponse(IntrospectionSettings settings)
{
    private static readonly BindingRule Binding = new();

    private readonly AudienceRule? _audience = settings.AudienceRule();

    /// <summary>Checks that the body of a 200 is an introspection response, whatever it says. Null: it is.</summary>
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
            return document.RootElement.TryGetProperty("active", out var active) && active.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? null
                : IntrospectionFailures.NotAnAnswer(source, "'active' is missing, or neither true nor false");
        }
    }

    /// <summary>Judges the body of a 200.</summary>
    /// <param name="body">The body.</param>
    /// <param name="source">Where it came from, for the log.</param>
    /// <param name="token">The token that was asked about.</param>
    /// <param name="realm">What the realm calls itself to this API; null where that is not known.</param>
    public IntrospectionVerdict Judge(byte[] body, Uri source, AccessToken token, string? realm)
    {
        if (!RealmJson.Parse(body, source).Succeeded(out var document, out var failure))
        {
            return IntrospectionVerdict.Failed(failure);
        }

        using (document)
        {
            var answer = document.RootElement;
            return !answer.TryGetProperty("active", out var active) ? IntrospectionVerdict.Failed(IntrospectionFailures.NotAnAnswer(source, "'active' is missing"))
                : active.ValueKind switch
                {
                    JsonValueKind.True => JudgeActive(body, answer, source, token),
                    JsonValueKind.False => IntrospectionVerdict.Rejected(Inactive(token, realm)),
                    _ => IntrospectionVerdict.Failed(IntrospectionFailures.NotAnAnswer(source, "'active' is neither true nor false")),
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
            // What the token does not say (a lightweight one has no sub) cannot be compared.
            if (payload.RootElement.TryGetProperty(claim, out _)
                && (RealmJson.String(payload.RootElement, claim) is not { } said || RealmJson.String(answer, claim) != said))
            {
                return IntrospectionVerdict.FailedForToken(IntrospectionFailures.OfAnotherToken(claim));
            }
        }

        if (!TokenClaims.TryRead(body, out var claims, out var problem))
        {
            return IntrospectionVerdict.FailedForToken(IntrospectionFailures.NotAnAnswer(source, problem!));
        }

        // Keycloak may tell here only that a lightweight token is bound.
        if (!payload.RootElement.TryGetProperty("cnf", out _) && Binding.Check(claims, default) is { } bound)
        {
            return IntrospectionVerdict.Rejected(bound);
        }

        return _audience?.Check(claims, default) is not null
            ? IntrospectionVerdict.Rejected(TokenRejection.Audience.Because($"Keycloak says that the token of client {TokenDiagnosis.Quote(RealmJson.String(answer, "azp"))} is not meant for {string.Join(" or ", settings.Audiences!.Select(TokenDiagnosis.Quote))}."))
            : Active(claims, CurrentClaims.Of(answer, payload.RootElement, token, settings), token);
    }

    /// <summary>A revocation of the user must find the token also where only the answer names the user, whatever claims the principal has.</summary>
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
                $"Keycloak says that the token is not active, and it would say so of every token: the token was issued by {TokenDiagnosis.Quote(token.Claims.Issuer)}, and to this API the realm calls itself {TokenDiagnosis.Quote(realm)}.",
                "Keycloak compares the issuer with the host it is asked under. Give it one name (KC_HOSTNAME, with KC_HOSTNAME_BACKCHANNEL_DYNAMIC=true), or let this API ask under the host that clients use.");
        }

        // Only a token with an audience can be judged: a lightweight one's is Keycloak's secret.
        return token.IsLightweight || token.Claims.Holder.Audiences.Contains(settings.ClientId)
            ? TokenRejection.Inactive
            : TokenRejection.Inactive.Because(
                $"Keycloak says that the token is not active; since 26.6.2 it says so to every client that is not in the token's audience, and {TokenDiagnosis.Quote(settings.ClientId)} is not.",
                $"Add an audience mapper for {TokenDiagnosis.Quote(settings.ClientId)} (Client scopes > the scope > Mappers > Add mapper > By configuration > Audience). If the session did end, the user must log in again.");
    }
}
