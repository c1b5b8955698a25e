using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.ProofOfPossession.Certificates;
using Keycloak.ApiProtection.ProofOfPossession.Dpop;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Keycloak.ApiProtection.ProofOfPossession;

/// <summary>Checks that the client of a request has the key that its token is bound to.</summary>
/// <remarks>
/// RFC 9449 section 7.1 and RFC 8705 section 3. A token that is bound to a key and to a certificate owes both proofs. A bound token that is
/// sent as a bearer token is rejected: otherwise a stolen token could be used without the key.
/// </remarks>
/// <param name="mode">Which tokens need a DPoP proof.</param>
/// <param name="requiresBinding">Whether tokens that are bound to nothing are rejected.</param>
/// <param name="dpop">The validator of DPoP proofs.</param>
internal sealed class PossessionCheck(DpopMode mode, bool requiresBinding, DpopProofValidator dpop)
{
    private readonly CertificateBinding _certificates = new();

    /// <summary>Returns whether the client owes no proof, so that nothing has to be checked.</summary>
    /// <param name="confirmation">What the token is bound to, or null.</param>
    /// <param name="isDpop">Whether the token was sent with the scheme <c>DPoP</c>.</param>
    public bool OwesNothing(Confirmation? confirmation, bool isDpop) =>
        confirmation is null && !isDpop && mode != DpopMode.Required && !requiresBinding;

    /// <summary>Checks all proofs that the client owes. Completes synchronously unless replicas share their memory of proofs.</summary>
    /// <param name="context">The request. If the client must use another nonce, the nonce is added to its response.</param>
    /// <param name="text">The token as it was sent.</param>
    /// <param name="token">The verified token.</param>
    /// <param name="isDpop">Whether the token was sent with the scheme <c>DPoP</c>.</param>
    /// <param name="confirmation">What the token is bound to, or null.</param>
    public ValueTask<Decision<Confirmation>> CheckAsync(
        HttpContext context, ReadOnlyMemory<char> text, AccessToken token, bool isDpop, Confirmation? confirmation)
    {
        if (confirmation is null)
        {
            return new(Decision<Confirmation>.Rejected(
                isDpop || mode == DpopMode.Required ? TokenRejection.DpopUnbound : TokenRejection.ProofRequired));
        }

        if (RejectScheme(isDpop, confirmation) is { } rejection)
        {
            return new(Decision<Confirmation>.Rejected(rejection));
        }

        // The certificate first: a proof is remembered when it is accepted, and a request without the certificate must not use it up.
        if (confirmation.CertificateThumbprint is { } certificate && _certificates.Check(context, certificate) is { } otherCertificate)
        {
            return new(Decision<Confirmation>.Rejected(otherCertificate));
        }

        if (confirmation.KeyThumbprint is not { } thumbprint)
        {
            return new(Decision<Confirmation>.Accepted(confirmation));
        }

        var request = context.Request;
        var original = OriginalRequest.Of(request);
        var proof = dpop.ValidateAsync(
            request.Headers[DpopHeaders.Proof],
            DpopTarget.MethodOf(request, original),
            DpopTarget.Of(request, original),
            new ProvenToken(text, token),
            thumbprint,
            dpop.HasStore ? context.RequestAborted : CancellationToken.None);
        return proof.IsCompletedSuccessfully
            ? new(Decide(context, proof.Result, confirmation))
            : DecideAsync(context, proof, confirmation);
    }

    /// <summary>Returns the same rejection with the details of the request's proof or certificate.</summary>
    public TokenRejection Explain(TokenRejection rejection, HttpRequest request, DateTimeOffset now)
    {
        var original = OriginalRequest.Of(request);
        return DpopDiagnosis.Explain(
            _certificates.Explain(rejection, request.HttpContext),
            request.Headers[DpopHeaders.Proof],
            DpopTarget.MethodOf(request, original),
            DpopTarget.Of(request, original),
            dpop.Settings,
            now);
    }

    private TokenRejection? RejectScheme(bool isDpop, Confirmation confirmation)
    {
        if (confirmation.KeyThumbprint is null)
        {
            return isDpop || mode == DpopMode.Required ? TokenRejection.DpopUnbound : null;
        }

        return mode == DpopMode.Refused ? TokenRejection.BoundByDPoP : isDpop ? null : TokenRejection.DpopScheme;
    }

    private static async ValueTask<Decision<Confirmation>> DecideAsync(
        HttpContext context, ValueTask<DpopResult> proof, Confirmation confirmation) => Decide(context, await proof, confirmation);

    private static Decision<Confirmation> Decide(HttpContext context, in DpopResult proof, Confirmation confirmation)
    {
        if (proof.Nonce is { } nonce && !context.Response.HasStarted)
        {
            // RFC 9449 section 8.2. A cache must not store the nonce of one client for another one.
            context.Response.Headers[DpopHeaders.Nonce] = nonce;
            context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        }

        return proof.IsAccepted ? Decision<Confirmation>.Accepted(confirmation)
            : proof.IsRejected(out var rejection) ? Decision<Confirmation>.Rejected(rejection)
            : Decision<Confirmation>.Undecided(proof.RetryAfter);
    }
}
