using System.Runtime.CompilerServices;
using System.Text.Json;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>An introspection response (RFC 7662 section 2.2): parsed once, and evaluated for one token.</summary>
/// <remarks>
/// An ID token, and in Keycloak 24 a refresh token, is "active" too; therefore the type is checked. The claims <c>iss</c>, <c>sub</c>,
/// <c>jti</c> and <c>azp</c> must be present in the response with the same value if the token has them.
/// </remarks>
internal sealed class IntrospectionResponse : IDisposable
{
    private static readonly BindingRule Binding = new(verifiesProofs: true);

    private readonly byte[] _body;
    private readonly Uri _source;
    private readonly JsonDocument _document;
    private readonly bool _isActive;

    private IntrospectionResponse(byte[] body, Uri source, JsonDocument document, bool isActive) =>
        (_body, _source, _document, _isActive) = (body, source, document, isActive);

    private JsonElement Answer => _document.RootElement;

    /// <summary>Parses the body of a 200: a JSON object that says whether the token is active.</summary>
    /// <param name="body">The body.</param>
    /// <param name="source">Its address, for the log.</param>
    public static RealmAnswer<IntrospectionResponse> Parse(byte[] body, Uri source)
    {
        if (!RealmJson.Parse(body, source).Succeeded(out var document, out var failure))
        {
            return failure;
        }

        var isPresent = document.RootElement.TryGetProperty("active", out var active);
        if (isPresent && active.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return new IntrospectionResponse(body, source, document, active.ValueKind == JsonValueKind.True);
        }

        document.Dispose();
        return IntrospectionFailures.NotAResponse(source, isPresent ? "'active' is neither true nor false" : "'active' is missing");
    }

    /// <summary>Evaluates the response for a token.</summary>
    /// <param name="token">The introspected token.</param>
    /// <param name="settings">The options of introspection.</param>
    /// <param name="realm">The issuer in the realm's discovery document as this API receives it; null if it is not known.</param>
    public RealmAnswer<IntrospectionAnswer> Evaluate(AccessToken token, IntrospectionSettings settings, string? realm) =>
        _isActive ? EvaluateActive(token, settings) : IntrospectionAnswer.Rejected(Inactive(token, settings, realm));

    /// <inheritdoc />
    public void Dispose() => _document.Dispose();

    private RealmAnswer<IntrospectionAnswer> EvaluateActive(AccessToken token, IntrospectionSettings settings)
    {
        var kind = RealmJson.String(Answer, "token_type");
        if (!"Bearer".Equals(kind, StringComparison.OrdinalIgnoreCase) && !"DPoP".Equals(kind, StringComparison.OrdinalIgnoreCase))
        {
            return IntrospectionFailures.OfAnotherKind(kind);
        }

        using var payload = JsonDocument.Parse(token.Claims.Payload);
        foreach (var claim in new[] { "iss", "sub", "jti", "azp" })
        {
            // A claim that the token lacks cannot be compared: a lightweight token has no sub.
            if (payload.RootElement.TryGetProperty(claim, out _)
                && (RealmJson.String(payload.RootElement, claim) is not { } said || RealmJson.String(Answer, claim) != said))
            {
                return IntrospectionFailures.OfAnotherToken(claim);
            }
        }

        if (!TokenClaims.TryRead(_body, out var claims, out var problem))
        {
            return IntrospectionFailures.NotAResponse(_source, problem!) with { ConcernsOneToken = true };
        }

        if (Binding.Check(claims, default) is { } bound)
        {
            return IntrospectionAnswer.Rejected(bound);
        }

        var confirmation = Confirmation.Of(claims);
        if (token.Confirmation is { } own && confirmation is not null && confirmation != own)
        {
            return IntrospectionFailures.OfAnotherToken("cnf");
        }

        return settings.AudienceRule()?.Check(claims, default) is not null
            ? IntrospectionAnswer.Rejected(TokenRejection.Audience.Because(
                $"Keycloak's introspection response for the token of client {ForeignText.Quote(RealmJson.String(Answer, "azp"))} "
                    + $"does not contain the audience {string.Join(" or ", settings.Audiences!.Select(ForeignText.Quote))}."))
            : Active(claims, Current(payload.RootElement, token, confirmation, settings), token, settings.Names);
    }

    /// <summary>Returns the claims if they differ from the token's own.</summary>
    /// <remarks>The binding of a lightweight token may be in the response only. Then the client owes the proof all the same.</remarks>
    private AccessTokenClaims? Current(
        JsonElement payload, AccessToken token, Confirmation? confirmation, IntrospectionSettings settings)
    {
        var current = CurrentClaims.Of(Answer, payload, token, settings);
        if (current is null && token.Confirmation is null && confirmation is not null)
        {
            current = new AccessTokenClaims(token.Claims.Payload.ToArray(), settings.Claims, token.Claims.Issuer);
        }

        if (current is not null)
        {
            current.Confirmation = token.Confirmation ?? confirmation;
        }

        return current;
    }

    /// <summary>Creates the answer for an active token.</summary>
    /// <remarks>
    /// A revocation of the user must match the token even if only the response names the user, whatever claims the principal has.
    /// </remarks>
    private static IntrospectionAnswer Active(
        in TokenClaims answer, AccessTokenClaims? current, AccessToken token, NameHash names)
    {
        var own = TokenMarks.Of(token.Claims.Payload.Span, names);
        var all = own.With(new TokenMarks(answer, names));
        if (current is null && all.Equals(own))
        {
            return IntrospectionAnswer.Active(null, null);
        }

        var marks = new StrongBox<TokenMarks>(all);
        current?.Learn(marks);
        return IntrospectionAnswer.Active(current, marks);
    }

    private static TokenRejection Inactive(AccessToken token, IntrospectionSettings settings, string? realm)
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
