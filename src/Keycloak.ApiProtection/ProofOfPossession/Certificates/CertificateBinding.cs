using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Keycloak.ApiProtection.ProofOfPossession.Certificates;

/// <summary>
/// Checks that a request came with the client certificate that its token is bound to: the SHA-256 of the certificate's DER is the token's
/// <c>cnf.x5t#S256</c>.
/// </summary>
/// <remarks>
/// RFC 8705 section 3. The TLS handshake has proven that the client has the private key, so the chain and the validity period do not matter
/// here: the server that ended TLS decides about them. The certificate is the one of <c>HttpContext.Connection</c>, so it may also be
/// forwarded by a proxy. <c>GetClientCertificateAsync</c> is not called: with HTTP/1.1 it starts a new handshake in the middle of the
/// request, which waits for the client and fails if the request has an unread body; HTTP/2 does not allow it.
/// </remarks>
internal sealed class CertificateBinding
{
    // A web server has one certificate object for each connection, so the hash is computed once for each connection. The connection's own
    // items are not used: the requests of an HTTP/2 connection run at the same time, and the items are not synchronized.
    private readonly ConditionalWeakTable<X509Certificate2, string> _thumbprints = new();

    /// <summary>Checks the client certificate of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="expected">The <c>x5t#S256</c> of the token.</param>
    /// <returns>Null if the certificate is the one that the token is bound to; otherwise the rejection.</returns>
    public TokenRejection? Check(HttpContext context, string expected) => Thumbprint(context) switch
    {
        null => TokenRejection.BoundCertificateMissing,
        var found when string.Equals(found, expected, StringComparison.Ordinal) => null,
        _ => TokenRejection.BoundCertificateOther,
    };

    /// <summary>Returns the same rejection with the details of the request's certificate. Others are returned unchanged.</summary>
    public TokenRejection Explain(TokenRejection rejection, HttpContext context)
    {
        var connection = context.Features.Get<ITlsConnectionFeature>();
        var forwarded = connection as ForwardedTlsConnection;
        if (rejection == TokenRejection.BoundCertificateMissing)
        {
            return forwarded?.Problem is { } problem
                ? rejection.Because(
                    "The token is bound to a client certificate (RFC 8705), and the certificate that the proxy has forwarded in the header "
                    + $"{forwarded.HeaderName} cannot be used: {problem}.")
                : rejection;
        }

        return rejection == TokenRejection.BoundCertificateOther
            ? rejection.Because(
                "The token is bound to another client certificate than the one of the request, which has the SHA-256 "
                + $"{ForeignText.Quote(Thumbprint(context))} and the subject {ForeignText.Quote(connection?.ClientCertificate?.Subject)} "
                + (forwarded is null ? "and comes from the connection." : $"and comes from the header {forwarded.HeaderName}."))
            : rejection;
    }

    /// <summary>Returns the SHA-256 of a certificate in base64url. <see cref="X509Certificate2.Thumbprint"/> is a SHA-1.</summary>
    public static string ThumbprintOf(ReadOnlySpan<byte> der)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(der, hash);
        return Base64Url.EncodeToString(hash);
    }

    private string? Thumbprint(HttpContext context) => context.Features.Get<ITlsConnectionFeature>() switch
    {
        null => null,
        ForwardedTlsConnection forwarded => forwarded.Thumbprint,
        { ClientCertificate: { } certificate } => _thumbprints.TryGetValue(certificate, out var known)
            ? known
            : _thumbprints.GetValue(certificate, static one => ThumbprintOf(one.RawDataMemory.Span)),
        _ => null,
    };
}
