using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>
/// A signature algorithm that an access token may use: RS, PS or ES with 256, 384 or 512 bits.
/// </summary>
/// <remarks>
/// RFC 7518 section 3.1. The set is closed: it has no <c>none</c> and no HS*, and no <c>EdDSA</c> because .NET has no Ed25519.
/// Names are case-sensitive, as RFC 7515 section 4.1.1 requires.
/// </remarks>
internal sealed class SigningAlgorithm
{
    private static readonly SigningAlgorithm Rs256 = new("RS256", SigningFamily.RsaPkcs1, HashAlgorithmName.SHA256);
    private static readonly SigningAlgorithm Rs384 = new("RS384", SigningFamily.RsaPkcs1, HashAlgorithmName.SHA384);
    private static readonly SigningAlgorithm Rs512 = new("RS512", SigningFamily.RsaPkcs1, HashAlgorithmName.SHA512);
    private static readonly SigningAlgorithm Ps256 = new("PS256", SigningFamily.RsaPss, HashAlgorithmName.SHA256);
    private static readonly SigningAlgorithm Ps384 = new("PS384", SigningFamily.RsaPss, HashAlgorithmName.SHA384);
    private static readonly SigningAlgorithm Ps512 = new("PS512", SigningFamily.RsaPss, HashAlgorithmName.SHA512);
    private static readonly SigningAlgorithm Es256 = new("ES256", HashAlgorithmName.SHA256, SigningCurve.P256);
    private static readonly SigningAlgorithm Es384 = new("ES384", HashAlgorithmName.SHA384, SigningCurve.P384);
    private static readonly SigningAlgorithm Es512 = new("ES512", HashAlgorithmName.SHA512, SigningCurve.P521);

    private SigningAlgorithm(string name, SigningFamily family, HashAlgorithmName hash)
    {
        Name = name;
        Family = family;
        Hash = hash;
        Padding = family == SigningFamily.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
    }

    private SigningAlgorithm(string name, HashAlgorithmName hash, SigningCurve curve)
    {
        Name = name;
        Family = SigningFamily.Ecdsa;
        Hash = hash;
        Curve = curve;
    }

    /// <summary>All supported algorithms, in the order of RFC 7518.</summary>
    public static IReadOnlyList<SigningAlgorithm> All { get; } = [Rs256, Rs384, Rs512, Es256, Es384, Es512, Ps256, Ps384, Ps512];

    /// <summary>The value of <c>alg</c>, for example <c>RS256</c>.</summary>
    public string Name { get; }

    /// <summary>The signature scheme: RSA with one of two paddings, or ECDSA.</summary>
    public SigningFamily Family { get; }

    /// <summary>The hash of the signing input.</summary>
    public HashAlgorithmName Hash { get; }

    /// <summary>The RSA padding; <see langword="null"/> for ES*.</summary>
    public RSASignaturePadding? Padding { get; }

    /// <summary>The curve of an ES* algorithm; <see langword="null"/> for RS* and PS*.</summary>
    public SigningCurve? Curve { get; }

    /// <summary>The length of an ES* signature in bytes, r and s concatenated; 0 for RS* and PS*, where the key determines it.</summary>
    public int SignatureLength => Curve?.SignatureLength ?? 0;

    /// <summary>Finds an algorithm by the UTF-8 bytes of its name. Does not allocate.</summary>
    public static bool TryGet(ReadOnlySpan<byte> utf8Name, [NotNullWhen(true)] out SigningAlgorithm? algorithm)
    {
        algorithm = utf8Name switch
        {
            [(byte)'R', (byte)'S', (byte)'2', (byte)'5', (byte)'6'] => Rs256,
            [(byte)'R', (byte)'S', (byte)'3', (byte)'8', (byte)'4'] => Rs384,
            [(byte)'R', (byte)'S', (byte)'5', (byte)'1', (byte)'2'] => Rs512,
            [(byte)'P', (byte)'S', (byte)'2', (byte)'5', (byte)'6'] => Ps256,
            [(byte)'P', (byte)'S', (byte)'3', (byte)'8', (byte)'4'] => Ps384,
            [(byte)'P', (byte)'S', (byte)'5', (byte)'1', (byte)'2'] => Ps512,
            [(byte)'E', (byte)'S', (byte)'2', (byte)'5', (byte)'6'] => Es256,
            [(byte)'E', (byte)'S', (byte)'3', (byte)'8', (byte)'4'] => Es384,
            [(byte)'E', (byte)'S', (byte)'5', (byte)'1', (byte)'2'] => Es512,
            _ => null,
        };

        return algorithm is not null;
    }

    /// <summary>Finds an algorithm by its name in settings and documents.</summary>
    public static bool TryGet(string? name, [NotNullWhen(true)] out SigningAlgorithm? algorithm)
    {
        algorithm = All.FirstOrDefault(known => known.Name == name);

        return algorithm is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
