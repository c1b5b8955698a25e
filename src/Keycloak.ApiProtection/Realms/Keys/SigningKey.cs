using System.Security.Cryptography;
using System.Text;

namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>One public key of the realm that access tokens may be signed with.</summary>
/// <remarks>
/// The object lives as long as the realm lists the same key under the same <c>kid</c>: what was verified with it may be remembered by its
/// identity, and <see cref="Retired"/> tells when to forget. The key's native handle is not disposed on retirement, because a signature may
/// be under verification at that moment: the garbage collector closes it.
/// </remarks>
internal sealed class SigningKey
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;
    private readonly SigningCurve? _curve;
    private readonly SigningAlgorithm? _onlyAlgorithm;
    private readonly byte[] _utf8Id;
    private readonly byte[] _thumbprint;
    private readonly int _signatureLength;
    private volatile bool _retired;

    /// <summary>An RSA key whose parameters have been checked.</summary>
    public SigningKey(string id, RSA rsa, SigningAlgorithm? onlyAlgorithm, byte[] thumbprint)
        : this(id, onlyAlgorithm, thumbprint)
    {
        _rsa = rsa;
        _signatureLength = (rsa.KeySize + 7) / 8;
    }

    /// <summary>An EC key whose point has been checked to be on the curve.</summary>
    public SigningKey(string id, ECDsa ecdsa, SigningCurve curve, SigningAlgorithm? onlyAlgorithm, byte[] thumbprint)
        : this(id, onlyAlgorithm, thumbprint)
    {
        _ecdsa = ecdsa;
        _curve = curve;
        _signatureLength = curve.SignatureLength;
    }

    private SigningKey(string id, SigningAlgorithm? onlyAlgorithm, byte[] thumbprint)
    {
        Id = id;
        _utf8Id = Encoding.UTF8.GetBytes(id);
        _onlyAlgorithm = onlyAlgorithm;
        _thumbprint = thumbprint;
    }

    /// <summary>The key's <c>kid</c>.</summary>
    public string Id { get; }

    /// <summary>The key's <c>kid</c> in UTF-8, as it stands in a token's header.</summary>
    public ReadOnlySpan<byte> Utf8Id => _utf8Id;

    /// <summary>
    /// True as soon as a refresh no longer lists this key, its material changed, or the realm's keys became too old to serve.
    /// </summary>
    public bool Retired => _retired;

    /// <summary>
    /// Whether a token that names this algorithm may be verified with this key: the kind of key, its curve, and the key's own <c>alg</c>
    /// where it has one (RFC 7517 section 4.4). RSA keys of less than 2048 bits are never made.
    /// </summary>
    public bool Fits(SigningAlgorithm algorithm) =>
        _onlyAlgorithm is not null
            ? ReferenceEquals(_onlyAlgorithm, algorithm)
            : algorithm.Family == SigningFamily.Ecdsa ? ReferenceEquals(_curve, algorithm.Curve) : _rsa is not null;

    /// <summary>Verifies a signature. Never throws; whatever is not a good signature of the fitting algorithm is false.</summary>
    /// <param name="algorithm">What the token's header names.</param>
    /// <param name="signingInput">The token up to its second dot, exclusive.</param>
    /// <param name="signature">The decoded third part; for ES*, r and s side by side (IEEE P1363), never DER.</param>
    public bool Verify(SigningAlgorithm algorithm, ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != _signatureLength || !Fits(algorithm))
        {
            return false;
        }

        try
        {
            return _rsa is not null
                ? _rsa.VerifyData(signingInput, signature, algorithm.Hash, algorithm.Padding!)
                : HasBothNumbers(signature)
                    && _ecdsa!.VerifyData(signingInput, signature, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            // A platform that cannot even look at such a signature has not found it good.
            return false;
        }
    }

    /// <summary>Whether the other object holds the same key under the same name and rules.</summary>
    public bool IsSameAs(SigningKey other) => Id == other.Id && _thumbprint.AsSpan().SequenceEqual(other._thumbprint);

    /// <summary>Withdraws the key for good.</summary>
    public void Retire() => _retired = true;

    /// <summary>The "psychic" signature: r = 0 or s = 0 must not get as far as the arithmetic (CVE-2022-21449).</summary>
    private static bool HasBothNumbers(ReadOnlySpan<byte> signature)
    {
        var half = signature.Length / 2;

        return signature[..half].ContainsAnyExcept((byte)0) && signature[half..].ContainsAnyExcept((byte)0);
    }
}
