using System.Security.Cryptography;
using System.Text;

namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>One public key of the realm, used to verify access tokens.</summary>
/// <remarks>
/// The same object is used as long as the realm lists the same key under the same <c>kid</c>. Caches may therefore identify the key by
/// reference, and must drop their entries when <see cref="Retired"/> is true. The key's native handle is not disposed when the key is
/// retired, because a verification may be in progress at that moment: the garbage collector closes it.
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

    /// <summary>The key's <c>kid</c> in UTF-8, as it appears in a token's header.</summary>
    public ReadOnlySpan<byte> Utf8Id => _utf8Id;

    /// <summary>
    /// Whether the key must no longer be used: a refresh no longer lists it, its material changed, or the realm's keys became too old.
    /// </summary>
    public bool Retired => _retired;

    /// <summary>
    /// Whether this key may verify a token with this algorithm. The key's type, its curve, and its own <c>alg</c> if present
    /// (RFC 7517 section 4.4) decide. RSA keys of less than 2048 bits are never created.
    /// </summary>
    public bool Fits(SigningAlgorithm algorithm) =>
        _onlyAlgorithm is not null
            ? ReferenceEquals(_onlyAlgorithm, algorithm)
            : algorithm.Family == SigningFamily.Ecdsa ? ReferenceEquals(_curve, algorithm.Curve) : _rsa is not null;

    /// <summary>Verifies a signature. Never throws; returns false unless it is a valid signature of a permitted algorithm.</summary>
    /// <param name="algorithm">The algorithm in the token's header.</param>
    /// <param name="signingInput">The token up to its second dot, exclusive.</param>
    /// <param name="signature">The decoded third part; for ES*, r and s concatenated (IEEE P1363), never DER.</param>
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
            // The platform cannot process such a signature, so it is not valid.
            return false;
        }
    }

    /// <summary>Whether the other object represents the same key with the same <c>kid</c> and <c>alg</c>.</summary>
    public bool IsSameAs(SigningKey other) => Id == other.Id && _thumbprint.AsSpan().SequenceEqual(other._thumbprint);

    /// <summary>Retires the key permanently.</summary>
    public void Retire() => _retired = true;

    /// <summary>Whether r and s are both nonzero. Zero must not reach the arithmetic ("psychic signatures", CVE-2022-21449).</summary>
    private static bool HasBothNumbers(ReadOnlySpan<byte> signature)
    {
        var half = signature.Length / 2;

        return signature[..half].ContainsAnyExcept((byte)0) && signature[half..].ContainsAnyExcept((byte)0);
    }
}
