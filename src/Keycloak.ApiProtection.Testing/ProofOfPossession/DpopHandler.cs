using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace Keycloak.ApiProtection.Testing;

/// <summary>Sends each request with a DPoP-bound access token and a new proof, as a client does (RFC 9449 section 7).</summary>
/// <remarks>
/// It adds <c>Authorization: DPoP {token}</c> and <c>DPoP: {proof}</c>. It keeps the last <c>DPoP-Nonce</c> of each origin and uses it for
/// the next proof. If a server requests a nonce (<c>use_dpop_nonce</c>), the request is sent once more. Use it with
/// <c>WebApplicationFactory.CreateDefaultClient</c>, or with an inner handler in an <see cref="HttpClient"/>. The inner handler should not
/// follow redirects, because a proof is valid for one URL.
/// </remarks>
public sealed class DpopHandler : DelegatingHandler
{
    private const string ProofHeader = "DPoP";
    private const string NonceHeader = "DPoP-Nonce";
    private const string NonceRequested = "use_dpop_nonce";

    private readonly DpopKey _key;
    private readonly ConcurrentDictionary<string, string> _nonces = new(StringComparer.Ordinal);

    /// <summary>Creates a handler without an inner handler.</summary>
    /// <param name="key">The key that signs the proofs. The caller owns it.</param>
    /// <param name="accessToken">The initial <see cref="AccessToken"/>.</param>
    public DpopHandler(DpopKey key, string? accessToken = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        _key = key;
        AccessToken = accessToken;
    }

    /// <summary>Creates a handler that sends its requests through another one.</summary>
    /// <param name="key">The key that signs the proofs. The caller owns it.</param>
    /// <param name="accessToken">The initial <see cref="AccessToken"/>.</param>
    /// <param name="innerHandler">The handler that sends the requests, for example <see cref="KeycloakRealm.CreateHandler"/>.</param>
    public DpopHandler(DpopKey key, string? accessToken, HttpMessageHandler innerHandler)
        : base(innerHandler)
    {
        ArgumentNullException.ThrowIfNull(key);
        _key = key;
        AccessToken = accessToken;
    }

    /// <summary>The access token of the requests.</summary>
    /// <value>Null: the header <c>Authorization</c> stays as it is, and the proof has no <c>ath</c>, as at the token endpoint.</value>
    public string? AccessToken { get; set; }

    /// <summary>The scheme of the header <c>Authorization</c>.</summary>
    /// <value><c>DPoP</c> by default. <c>Bearer</c> simulates a client that sends a bound token as a bearer token.</value>
    public string Scheme { get; set; } = "DPoP";

    /// <summary>Changes each proof before it is created, for a test of a wrong proof.</summary>
    /// <value>Null by default: the proofs are valid.</value>
    public Func<DpopProofBuilder, DpopProofBuilder>? ChangeProof { get; set; }

    /// <summary>The number of <c>DPoP</c> headers in each request.</summary>
    /// <value>1 by default; 0 for a request without a proof, 2 for a request that must be rejected (RFC 9449 section 4.3).</value>
    public int ProofsPerRequest { get; set; } = 1;

    /// <summary>Whether a request is sent once more if the server requests a nonce.</summary>
    /// <value>True by default. The first response is then not visible to the caller.</value>
    public bool RetriesWithNonce { get; set; } = true;

    /// <summary>Gets the last nonce that a server sent.</summary>
    /// <param name="url">Any absolute URL of the server. Only the origin matters.</param>
    /// <returns>Null if the server sent none.</returns>
    public string? NonceOf(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return _nonces.GetValueOrDefault(OriginOf(url));
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (RetriesWithNonce && request.Content is not null)
        {
            // A content that is read from a stream could be sent only once.
            await request.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
        }

        var response = await SendSignedAsync(request, cancellationToken).ConfigureAwait(false);
        if (!RetriesWithNonce || !await RequestsNonceAsync(response, cancellationToken).ConfigureAwait(false))
        {
            return response;
        }

        response.Dispose();
        return await SendSignedAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendSignedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!;
        if (AccessToken is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(Scheme, token);
        }

        request.Headers.Remove(ProofHeader);
        var proof = _key.Proof(request.Method, url).For(AccessToken).WithNonce(NonceOf(url));
        proof = ChangeProof?.Invoke(proof) ?? proof;
        for (var sent = 0; sent < ProofsPerRequest; sent++)
        {
            request.Headers.Add(ProofHeader, proof.Create());
        }

        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.Headers.TryGetValues(NonceHeader, out var nonces))
        {
            _nonces[OriginOf(url)] = nonces.Last();
        }

        return response;
    }

    /// <summary>
    /// A resource server requests a nonce with 401 and a challenge (RFC 9449 section 9), an authorization server with 400 and an error in
    /// the body (section 8).
    /// </summary>
    private static async Task<bool> RequestsNonceAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.Headers.Contains(NonceHeader))
        {
            return false;
        }

        switch (response.StatusCode)
        {
            case HttpStatusCode.Unauthorized:
                return response.Headers.TryGetValues("WWW-Authenticate", out var challenges)
                    && challenges.Any(challenge => challenge.Contains($"\"{NonceRequested}\"", StringComparison.Ordinal));

            case HttpStatusCode.BadRequest:
                await response.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
                var body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
                return body.Contains($"\"{NonceRequested}\"", StringComparison.Ordinal);

            default:
                return false;
        }
    }

    private static string OriginOf(Uri url) => url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
}
