using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Keycloak.ApiProtection.ProofOfPossession.Certificates;

/// <summary>Reads Envoy's header <c>X-Forwarded-Client-Cert</c>: elements with <c>Key=value</c> pairs.</summary>
/// <remarks>
/// Exactly one element is accepted. Envoy does not escape the values of <c>URI</c> and <c>DNS</c>, which the client chooses in its
/// certificate, so a comma in them begins an element that Envoy has not written: neither the first nor the last of several elements is
/// certain to be Envoy's. For the same reason a key must not occur twice, and a quoted value must end where the pair ends.
/// </remarks>
internal static class ForwardedClientCert
{
    private const string Syntax = "it is not an element of Envoy's Key=value pairs";

    /// <summary>Reads the certificate.</summary>
    /// <param name="value">The value of the header.</param>
    /// <param name="certificate">The certificate, or null.</param>
    /// <returns>Null if there is one certificate; otherwise the problem.</returns>
    public static string? Read(ReadOnlySpan<char> value, out LeafCertificate? certificate)
    {
        certificate = null;
        ReadOnlySpan<char> hash = default;
        ReadOnlySpan<char> pem = default;
        while (true)
        {
            if (!TryReadPair(value, out var key, out var text, out var rest))
            {
                return Syntax;
            }

            if (key.Equals("Hash", StringComparison.OrdinalIgnoreCase))
            {
                if (!hash.IsEmpty)
                {
                    return "it has more than one Hash";
                }

                hash = text;
            }
            else if (key.Equals("Cert", StringComparison.OrdinalIgnoreCase))
            {
                if (!pem.IsEmpty)
                {
                    return "it has more than one Cert";
                }

                pem = text;
            }

            if (rest.IsEmpty)
            {
                return Decide(hash, pem, out certificate);
            }

            if (rest[0] == ',')
            {
                return "it has several elements (set Envoy's forward_client_cert_details to SANITIZE_SET, so that it contains only the "
                    + "certificate of the last connection)";
            }

            value = rest[1..];
        }
    }

    private static string? Decide(ReadOnlySpan<char> hash, ReadOnlySpan<char> pem, out LeafCertificate? certificate)
    {
        certificate = null;
        if (hash.IsEmpty && pem.IsEmpty)
        {
            return "it has neither Hash nor Cert";
        }

        var ofCertificate = pem.IsEmpty ? null : LeafCertificate.Of(CertificateText.FromPem(Uri.UnescapeDataString(pem)));
        if (!pem.IsEmpty && ofCertificate is null)
        {
            return "its Cert is not the URL-escaped PEM of exactly one certificate";
        }

        var ofHash = hash.IsEmpty ? null : FromHexadecimal(hash);
        if (!hash.IsEmpty && ofHash is null)
        {
            return "its Hash is not a SHA-256 in hexadecimal digits";
        }

        if (ofHash is not null && ofCertificate is not null && ofHash != ofCertificate.Thumbprint)
        {
            return "its Hash is not the SHA-256 of its Cert";
        }

        certificate = ofCertificate ?? new LeafCertificate(ofHash!, Der: null);
        return null;
    }

    private static string? FromHexadecimal(ReadOnlySpan<char> digits)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return Convert.FromHexString(digits, hash, out var consumed, out var written) == OperationStatus.Done
            && consumed == digits.Length
            && written == hash.Length
                ? Base64Url.EncodeToString(hash)
                : null;
    }

    /// <summary>Reads one pair. The rest is empty, or begins with the separator.</summary>
    private static bool TryReadPair(
        ReadOnlySpan<char> from, out ReadOnlySpan<char> key, out ReadOnlySpan<char> value, out ReadOnlySpan<char> rest)
    {
        key = default;
        value = default;
        rest = default;
        var equal = from.IndexOf('=');
        if (equal <= 0 || from[..equal].ContainsAny(",;\""))
        {
            return false;
        }

        key = from[..equal];
        from = from[(equal + 1)..];
        if (from is not ['"', ..])
        {
            var end = from.IndexOfAny(",;");
            value = end < 0 ? from : from[..end];
            rest = end < 0 ? default : from[end..];
            return !value.Contains('"');
        }

        for (var at = 1; at < from.Length; at++)
        {
            if (from[at] == '\\')
            {
                at++;
            }
            else if (from[at] == '"')
            {
                value = from[1..at];
                rest = from[(at + 1)..];
                return rest is [] or [',' or ';', ..];
            }
        }

        return false;
    }
}
