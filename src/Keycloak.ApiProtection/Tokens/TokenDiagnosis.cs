using System.Buffers;
using System.Globalization;
using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>
/// Says what exactly was wrong with one token. Done only for those refusals that somebody reads, because it looks at the
/// token again and makes texts of it; what comes out of the token is escaped and shortened, and never the token itself.
/// </summary>
internal static class TokenDiagnosis
{
    private const int Longest = 100;

    /// <summary>
    /// Whether two rejections with this code can have different causes, and the reason tells them apart. Reasons with a time or a size in them
    /// do not count: each of them is different.
    /// </summary>
    public static bool FindingsDiffer(string code) =>
        code is "issuer" or "audience" or "key_unknown" or "key_unusable" or "key_unfit" or "algorithm" or "header_type" or "jose_header" or "payload" or "kind_other" or "lightweight";

    /// <summary>The same refusal, with what was found in this token.</summary>
    public static TokenRejection Explain(TokenRejection rejection, ReadOnlySpan<char> token, TokenPolicy policy, DateTimeOffset now)
    {
        if (rejection == TokenRejection.Size)
        {
            return rejection.Because(Invariant($"The token has {token.Length} characters, MaximumTokenSize is {policy.MaximumSize}."));
        }

        if (token.Length > policy.MaximumSize)
        {
            return rejection;
        }

        var bytes = new byte[token.Length * 2];
        if (Ascii.FromUtf16(token, bytes, out var length) != OperationStatus.Done
            || !CompactJws.TryRead(bytes.AsSpan(0, length), out var jws))
        {
            return rejection == TokenRejection.Form
                ? rejection.Because(Invariant($"The token has {token.Count('.') + 1} part(s) of {token.Length} characters in all; expected are three parts of base64url text without padding."))
                : rejection;
        }

        var headerJson = CompactJws.Decode(jws.Header, bytes.AsSpan(length));
        var payload = CompactJws.Decode(jws.Payload, bytes.AsSpan(length + headerJson.Length));
        _ = JoseHeader.Read(headerJson, out var header, out var headerProblem);
        _ = TokenClaims.TryRead(payload, out var claims, out var payloadProblem);
        return rejection.Code switch
        {
            "jose_header" => rejection.Because($"The token's header is not what it must be: {headerProblem}."),
            "header_type" => rejection.Because($"The token's header says typ {Quote(header.Type())}; expected is JWT, at+jwt or application/at+jwt, or none."),
            "algorithm" => rejection.Because($"The token's algorithm is {Quote(Encoding.UTF8.GetString(header.Algorithm))}; allowed are {string.Join(", ", policy.Algorithms)}."),
            "payload" => rejection.Because($"The token's payload is not what it must be: {payloadProblem ?? claims.NestedProblem()}."),
            "issuer" => Issuer(rejection, claims.Issuer.Text(payload), policy),
            "kind_other" => rejection.Because($"The token's payload says typ {Quote(claims.Kind.Text(payload))}; expected is Bearer."),
            "expired" => rejection.Because(Invariant($"The token expired at {Time(claims.ExpiresAt)}, {(now - DateTimeOffset.FromUnixTimeSeconds(claims.ExpiresAt)).TotalSeconds:0} s ago (ClockSkew {policy.ClockSkew.TotalSeconds:0} s).")),
            "not_yet_valid" => rejection.Because(Invariant($"The token is valid from {Time(claims.NotBefore)} on; here it is {now:u}.")),
            "issued_ahead" => rejection.Because(Invariant($"The token was issued at {Time(claims.IssuedAt)}; here it is {now:u}.")),
            "audience" when rejection == TokenRejection.Audience => Audience(rejection, claims, policy),
            "lightweight" => rejection.Because(
                $"The client {Quote(claims.AuthorizedParty.Text(payload))} got a lightweight access token, without audience and roles: introspection is needed to know them."),
            "key_unknown" => rejection.Because($"The token's key {Quote(Encoding.UTF8.GetString(header.KeyId))} is not one of the realm's."),
            "key_unfit" => rejection.Because($"The token's key {Quote(Encoding.UTF8.GetString(header.KeyId))} is not fit for {Quote(Encoding.UTF8.GetString(header.Algorithm))}."),
            _ => rejection,
        };
    }

    /// <summary>Somebody else's text between quotes: printable ASCII stays, everything else is escaped, and it ends after 100 letters.</summary>
    public static string Quote(string? text)
    {
        if (text is null)
        {
            return "(none)";
        }

        var quoted = new StringBuilder("'");
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, Longest)))
        {
            if (letter is >= ' ' and <= '~' and not '\'' and not '\\')
            {
                quoted.Append(letter);
            }
            else
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            }
        }

        return quoted.Append(text.Length > Longest ? "'..." : "'").ToString();
    }

    private static TokenRejection Issuer(TokenRejection rejection, string? issuer, TokenPolicy policy)
    {
        var reason = $"The token was issued by {Quote(issuer)}; valid is {string.Join(" or ", policy.Issuers.Select(Quote))}.";
        if (issuer is not null && policy.OtherScheme?.Invoke(issuer) is { } scheme)
        {
            return rejection.Because(
                reason,
                $"The scheme {Quote(scheme)} of this application trusts this issuer. Where its tokens are meant to count, name it in the endpoint's policy "
                + $"(policy.AddAuthenticationSchemes(\"{scheme}\")), or call SelectKeycloakBearerByIssuer() after the last AddKeycloakBearer.");
        }

        var sameRealm = Uri.TryCreate(issuer, UriKind.Absolute, out var found)
            && policy.Issuers.Any(valid => Uri.TryCreate(valid, UriKind.Absolute, out var expected) && expected.AbsolutePath == found.AbsolutePath);
        var otherPort = sameRealm && policy.Issuers.Any(valid => Uri.TryCreate(valid, UriKind.Absolute, out var expected)
            && (expected.Scheme, expected.IdnHost, expected.AbsolutePath) == (found!.Scheme, found.IdnHost, found.AbsolutePath) && expected.Port != found.Port);
        return otherPort
            ? rejection.Because(
                reason,
                "The host and the realm are the same, the port is not. If, and only if, both ports are your Keycloak's: correct the port in auth-server-url or Authority, give "
                + "Keycloak a fixed 'hostname' with its port, or set ValidIssuers to the issuer that clients get and MetadataAddress to the URL under which this API reaches Keycloak.")
            : sameRealm
            ? rejection.Because(
                reason,
                "The realm's path is the same, the server's name is not. If, and only if, that name is your Keycloak's too, it is reached under two names: give "
                + "Keycloak a fixed 'hostname', or set ValidIssuers to the issuer that clients get and MetadataAddress to the URL under which this API reaches Keycloak.")
            : rejection.Because(reason);
    }

    private static TokenRejection Audience(TokenRejection rejection, in TokenClaims claims, TokenPolicy policy)
    {
        var audiences = new List<string>();
        string? similar = null;
        foreach (var audience in new JsonStrings(claims.Json, claims.Audience))
        {
            var text = audience.Text(claims.Json);
            audiences.Add(Quote(text));
            similar ??= text is not null && policy.Audiences!.Any(expected => Spelling.IsSimilar(text, expected)) ? text : null;
        }

        var found = audiences.Count switch
        {
            0 => "no audience",
            > 10 => string.Join(", ", audiences.Take(10)) + ", ...",
            _ => string.Join(", ", audiences),
        };
        var client = Quote(claims.AuthorizedParty.Text(claims.Json));
        var wanted = Quote(policy.Audiences![0]);
        return rejection.Because(
            $"The token of client {client} is meant for {found}; expected is {string.Join(" or ", policy.Audiences.Select(Quote))}.",
            $"Add an audience mapper for {wanted} to a client scope of client {client}: Client scopes > the scope > Mappers > Add mapper > By configuration > Audience, "
            + $"Included Client Audience {wanted}; then Clients > {client} > Client scopes > Add client scope."
            + (similar is null ? string.Empty : $" Or, if it is misspelt here, correct `resource` (or Audience, where it is set); did you mean {Quote(similar)}?"));
    }

    private static string Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("u", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
