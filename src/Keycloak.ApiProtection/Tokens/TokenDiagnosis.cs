using System.Buffers;
using System.Globalization;
using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Json;
using static Keycloak.ApiProtection.Diagnostics.ForeignText;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>
/// Explains in detail why one token was rejected. This is done only for rejections that are logged, because it parses the token again and
/// allocates strings. Values from the token are escaped and truncated; the token itself is never part of the text.
/// </summary>
internal static class TokenDiagnosis
{
    /// <summary>
    /// Returns whether two rejections with this code can have different causes that the reason distinguishes. Codes whose reason contains a
    /// time or a size are not included, because each of their reasons is different.
    /// </summary>
    public static bool FindingsDiffer(string code) =>
        code is "issuer" or "audience" or "key_unknown" or "key_unusable" or "key_unfit" or "algorithm" or "header_type" or "jose_header"
            or "payload" or "kind_other" or "lightweight" or "dpop_form" or "dpop_type" or "dpop_algorithm" or "dpop_key" or "dpop_method"
            or "dpop_url";

    /// <summary>Returns the same rejection with the details of this token.</summary>
    public static TokenRejection Explain(TokenRejection rejection, ReadOnlySpan<char> token, TokenPolicy policy, DateTimeOffset now)
    {
        if (rejection == TokenRejection.Size)
        {
            return rejection.Because(Invariant($"The token has {token.Length} characters; MaximumTokenSize is {policy.MaximumSize}."));
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
                ? rejection.Because(Invariant(
                    $"The token has {token.Count('.') + 1} part(s), {token.Length} characters; expected three unpadded base64url parts."))
                : rejection;
        }

        var headerJson = CompactJws.Decode(jws.Header, bytes.AsSpan(length));
        var payload = CompactJws.Decode(jws.Payload, bytes.AsSpan(length + headerJson.Length));
        _ = JoseHeader.Read(headerJson, out var header, out var headerProblem);
        _ = TokenClaims.TryRead(payload, out var claims, out var payloadProblem);
        return rejection.Code switch
        {
            "jose_header" => rejection.Because($"The token's header is invalid: {headerProblem}."),
            "header_type" => rejection.Because(
                $"The 'typ' in the token's header is {Quote(header.Type())}; expected JWT, at+jwt, application/at+jwt or no 'typ'."),
            "algorithm" => rejection.Because(
                $"The token's algorithm is {Quote(Encoding.UTF8.GetString(header.Algorithm))}; "
                + $"allowed are {string.Join(", ", policy.Algorithms)}."),
            "payload" => rejection.Because($"The token's payload is invalid: {payloadProblem ?? claims.NestedProblem()}."),
            "issuer" => Issuer(rejection, claims.Issuer.Text(payload), policy),
            "kind_other" => rejection.Because($"The 'typ' in the token's payload is {Quote(claims.Kind.Text(payload))}; expected Bearer."),
            "expired" => rejection.Because(
                $"The token expired at {Time(claims.ExpiresAt)}, {Ago(claims.ExpiresAt, now)} s ago "
                + Invariant($"(ClockSkew {policy.ClockSkew.TotalSeconds:0} s).")),
            "not_yet_valid" => rejection.Because(Invariant(
                $"The token is not valid before {Time(claims.NotBefore)}; the clock of this machine shows {now:u}.")),
            "issued_ahead" => rejection.Because(Invariant(
                $"The token was issued at {Time(claims.IssuedAt)}; the clock of this machine shows {now:u}.")),
            "audience" when rejection == TokenRejection.Audience => Audience(rejection, claims, policy),
            "lightweight" => rejection.Because(
                $"The token of client {Quote(claims.AuthorizedParty.Text(payload))} is a lightweight access token. "
                + "It contains neither audience nor roles; only introspection returns them."),
            "key_unknown" => rejection.Because(
                $"The token's key {Quote(Encoding.UTF8.GetString(header.KeyId))} is not one of the realm's keys."),
            "key_unfit" => rejection.Because(
                $"The token's key {Quote(Encoding.UTF8.GetString(header.KeyId))} cannot be used with the algorithm "
                + $"{Quote(Encoding.UTF8.GetString(header.Algorithm))}."),
            _ => rejection,
        };
    }

    private static TokenRejection Issuer(TokenRejection rejection, string? issuer, TokenPolicy policy)
    {
        var reason = $"The token was issued by {Quote(issuer)}; expected {string.Join(" or ", policy.Issuers.Select(Quote))}.";
        if (issuer is not null && policy.OtherScheme?.Invoke(issuer) is { } scheme)
        {
            return rejection.Because(
                reason,
                $"The scheme {Quote(scheme)} of this application trusts this issuer. If the endpoint should accept its tokens, add "
                + $"the scheme to the endpoint's policy (policy.AddAuthenticationSchemes(\"{scheme}\")), "
                + "or call SelectKeycloakBearerByIssuer() after the last AddKeycloakBearer.");
        }

        var sameRealm = Uri.TryCreate(issuer, UriKind.Absolute, out var found)
            && policy.Issuers.Any(valid => Uri.TryCreate(valid, UriKind.Absolute, out var expected)
                && expected.AbsolutePath == found.AbsolutePath);
        var otherPort = sameRealm && policy.Issuers.Any(valid => Uri.TryCreate(valid, UriKind.Absolute, out var expected)
            && (expected.Scheme, expected.IdnHost, expected.AbsolutePath) == (found!.Scheme, found.IdnHost, found.AbsolutePath)
            && expected.Port != found.Port);
        return otherPort
            ? rejection.Because(
                reason,
                "Only the port differs from a valid issuer. If, and only if, both ports belong to your Keycloak: correct the port "
                + "in auth-server-url or Authority, configure a fixed 'hostname' with the port in Keycloak, or set ValidIssuers to the "
                + "issuer in the clients' tokens and MetadataAddress to the URL under which this API reaches Keycloak.")
            : sameRealm
            ? rejection.Because(
                reason,
                "The realm's path is that of a valid issuer, but the server differs. If, and only if, both names belong to your Keycloak: "
                + "configure a fixed 'hostname' in Keycloak, or set ValidIssuers to the issuer in the clients' tokens "
                + "and MetadataAddress to the URL under which this API reaches Keycloak.")
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
            1 => $"the audience {audiences[0]}",
            > 10 => $"the audiences {string.Join(", ", audiences.Take(10))}, ...",
            _ => $"the audiences {string.Join(", ", audiences)}",
        };
        var client = Quote(claims.AuthorizedParty.Text(claims.Json));
        var wanted = Quote(policy.Audiences![0]);
        return rejection.Because(
            $"The token of client {client} has {found}; expected {string.Join(" or ", policy.Audiences.Select(Quote))}.",
            $"Add an audience mapper for {wanted} to a client scope of client {client}: Client scopes > the scope > Mappers > Add mapper > "
            + $"By configuration > Audience, Included Client Audience {wanted}; then Clients > {client} > Client scopes > Add client scope."
            + (similar is null
                ? string.Empty
                : $" Or, if {wanted} is misspelled here, correct `resource` (or Audience, if it is set); did you mean {Quote(similar)}?"));
    }

    private static string Ago(long seconds, DateTimeOffset now) =>
        (now - DateTimeOffset.FromUnixTimeSeconds(seconds)).TotalSeconds.ToString("0", CultureInfo.InvariantCulture);

    private static string Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("u", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
