using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Keycloak.ApiProtection.ProofOfPossession.Certificates;

/// <summary>Reads the DER of one certificate from PEM or base64. Does not throw, whatever the text is.</summary>
internal static class CertificateText
{
    /// <summary>Reads PEM with exactly one certificate. Only white space may surround it.</summary>
    public static byte[]? FromPem(ReadOnlySpan<char> text) =>
        PemEncoding.TryFind(text, out var fields)
        && text[fields.Label].SequenceEqual("CERTIFICATE")
        && text[..fields.Location.Start.Value].IsWhiteSpace()
        && text[fields.Location.End.Value..].IsWhiteSpace()
            ? FromBase64(text[fields.Base64Data])
            : null;

    /// <summary>Reads base64 of the DER of one certificate.</summary>
    public static byte[]? FromBase64(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length / 4 * 3];
        return Convert.TryFromBase64Chars(text, bytes, out var length) && IsOneSequence(bytes.AsSpan(0, length))
            ? bytes[..length]
            : null;
    }

    // A certificate is one ASN.1 sequence (RFC 5280 section 4.1). Its contents do not matter to the hash.
    private static bool IsOneSequence(ReadOnlySpan<byte> der) =>
        AsnDecoder.TryReadEncodedValue(der, AsnEncodingRules.DER, out var tag, out _, out _, out var consumed)
        && tag == Asn1Tag.Sequence
        && consumed == der.Length;
}
