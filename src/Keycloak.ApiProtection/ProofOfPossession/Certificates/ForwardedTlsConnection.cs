using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.ProofOfPossession.Certificates;

/// <summary>The TLS connection between the client and a trusted proxy, as far as the proxy has described it in a header.</summary>
/// <remarks>
/// The header is read when something asks for the certificate: only bound tokens need it. The binding needs the hash alone, which is less
/// expensive than an <see cref="X509Certificate2"/>. Exceptions do not leave this class.
/// </remarks>
internal sealed class ForwardedTlsConnection(StringValues values, CertificateForwarding forwarding) : ITlsConnectionFeature
{
    private LeafCertificate? _leaf;
    private X509Certificate2? _certificate;
    private string? _problem;
    private bool _isRead;
    private bool _isLoaded;

    /// <summary>Gets the name of the header.</summary>
    public string HeaderName => forwarding.HeaderName;

    /// <summary>Gets the SHA-256 of the certificate in base64url; null if the header does not contain one certificate.</summary>
    public string? Thumbprint
    {
        get
        {
            Read();
            return _leaf?.Thumbprint;
        }
    }

    /// <summary>Gets why the header does not contain one certificate, or null if it does.</summary>
    public string? Problem
    {
        get
        {
            Read();
            return _problem;
        }
    }

    /// <inheritdoc />
    public X509Certificate2? ClientCertificate
    {
        get
        {
            Read();
            if (!_isLoaded)
            {
                _isLoaded = true;
                Load();
            }

            return _certificate;
        }

        set => (_isRead, _isLoaded, _certificate, _problem, _leaf) =
            (true, true, value, null, LeafCertificate.Of(value?.RawData));
    }

    /// <inheritdoc />
    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);

    private void Read()
    {
        if (!_isRead)
        {
            _isRead = true;
            _problem = forwarding.Read(values, out _leaf);
        }
    }

    private void Load()
    {
        if (_leaf?.Der is not { } der)
        {
            return;
        }

        try
        {
            _certificate = X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException)
        {
            // An ASN.1 sequence that is not a certificate.
            (_leaf, _problem) = (null, forwarding.Unreadable("its content is not a certificate"));
        }
    }
}
