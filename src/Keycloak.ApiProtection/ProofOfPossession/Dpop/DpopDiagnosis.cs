using System.Buffers;
using System.Globalization;
using System.Text;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;
using Keycloak.ApiProtection.Tokens;
using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop;

/// <summary>
/// Explains in detail why one proof was rejected. This is done only for rejections that are logged, because it reads the proof again and
/// allocates strings. Values from the request are escaped and truncated; the proof itself is never part of the text.
/// </summary>
internal static class DpopDiagnosis
{
    /// <summary>Returns the same rejection with the details of this proof. Rejections of other checks are returned unchanged.</summary>
    /// <param name="rejection">The rejection.</param>
    /// <param name="header">All values of the <c>DPoP</c> header.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="target">The target of the request.</param>
    /// <param name="settings">The settings of the scheme.</param>
    /// <param name="now">The time.</param>
    public static TokenRejection Explain(
        TokenRejection rejection,
        StringValues header,
        string method,
        in DpopTarget target,
        DpopSettings settings,
        DateTimeOffset now)
    {
        if (!rejection.Code.StartsWith("dpop_", StringComparison.Ordinal) || header.Count != 1)
        {
            return rejection;
        }

        var text = header[0] ?? string.Empty;
        if (rejection == TokenRejection.DpopSize)
        {
            return rejection.Because(Invariant(
                $"The DPoP header has {text.Length} characters; expected are 1 to {DpopProofValidator.LongestProof}."));
        }

        var bytes = new byte[text.Length * 2];
        if (text.Length > DpopProofValidator.LongestProof
            || Ascii.FromUtf16(text, bytes, out var length) != OperationStatus.Done
            || !CompactJws.TryRead(bytes.AsSpan(0, length), out var jws))
        {
            return rejection == TokenRejection.DpopForm
                ? rejection.Because(Invariant(
                    $"The proof has {text.Count(letter => letter == '.') + 1} part(s); expected three unpadded base64url parts."))
                : rejection;
        }

        var headerJson = CompactJws.Decode(jws.Header, bytes.AsSpan(length));
        var payload = CompactJws.Decode(jws.Payload, bytes.AsSpan(length + headerJson.Length));
        var hasHeader = ProofHeader.TryRead(headerJson, out var proofHeader, out var headerProblem);
        var hasClaims = ProofClaims.TryRead(payload, out var claims, out var payloadProblem);
        if (rejection == TokenRejection.DpopForm)
        {
            return !hasHeader ? rejection.Because($"The proof's header is invalid: {headerProblem}.")
                : !hasClaims ? rejection.Because($"The proof's payload is invalid: {payloadProblem}.")
                : rejection;
        }

        return !hasHeader ? rejection : rejection.Code switch
        {
            "dpop_type" => rejection.Because(
                $"The 'typ' in the proof's header is {ForeignText.Quote(proofHeader.TypeText())}; expected dpop+jwt."),
            "dpop_algorithm" => rejection.Because(
                $"The proof's algorithm is {ForeignText.Quote(proofHeader.AlgorithmText())}; "
                + $"allowed are {string.Join(", ", settings.Algorithms)}."),
            "dpop_key" => Key(rejection, proofHeader, settings),
            "dpop_method" when hasClaims => rejection.Because(
                $"The proof is for the method {ForeignText.Quote(claims.MethodText())}, "
                + $"but the request has {ForeignText.Quote(method)}."),
            "dpop_url" when hasClaims => rejection.Because(
                $"The proof is for the URL {ForeignText.Quote(claims.UrlText())}; "
                + $"expected {ForeignText.Quote(DpopUrl.Expected(target, settings.PublicUrl))}."),
            "dpop_time" when hasClaims => Time(rejection, claims, settings, now),
            _ => rejection,
        };
    }

    private static TokenRejection Key(TokenRejection rejection, in ProofHeader header, DpopSettings settings) =>
        header.Algorithm(settings.Algorithms) is not { } algorithm ? rejection
        : !ProofKey.TryRead(header.Key, algorithm, out _, out var problem)
            ? rejection.Because($"The key in the proof's header ('jwk') cannot be used with {algorithm}: {problem}.")
        : rejection.Because($"The key in the proof's header ('jwk') is not a valid key for {algorithm}: the point is not on the curve, "
            + "or the modulus is one that can be factored (ROCA).");

    private static TokenRejection Time(TokenRejection rejection, in ProofClaims claims, DpopSettings settings, DateTimeOffset now)
    {
        if (!claims.TryReadIssuedAt(out var issuedAt))
        {
            return rejection.Because("The proof's 'iat' is missing or not a whole number of seconds.");
        }

        var age = now.ToUnixTimeSeconds() - issuedAt.ToUnixTimeSeconds();
        return age < 0
            ? rejection.Because(Invariant(
                $"The proof's 'iat' is {-age} s in the future by the clock of this machine ({now:u}); Dpop:ProofAhead allows ")
                + Invariant($"{settings.ProofAhead.TotalSeconds:0} s."))
            : rejection.Because(Invariant(
                $"The proof's 'iat' is {age} s in the past by the clock of this machine ({now:u}); Dpop:ProofAge allows ")
                + Invariant($"{settings.ProofAge.TotalSeconds:0} s."));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
