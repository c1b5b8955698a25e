using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Rules;
using Keycloak.ApiProtection.Tokens.Verified;

namespace Keycloak.ApiProtection;

/// <summary>An access token whose signature and claims were verified.</summary>
/// <remarks>The claims about the user are in the principal that is created from the token.</remarks>
public sealed class AccessToken
{
    /// <summary>
    /// Size in bytes on a 64-bit machine: this object, its claims, the header of the text's array, and its place in the cache.
    /// </summary>
    private const int ObjectsSize = 248;

    /// <summary>Size in bytes of the marks after they were read.</summary>
    private const int MarksSize = 64;

    /// <summary>Size in bytes of the hash of the text, which only a token that is bound to a key can keep.</summary>
    internal const int TextHashSize = 72;

    private readonly byte[] _text;
    private readonly long _expiresAt;
    private readonly long _issuedAt;
    private readonly int _beginsAfterIssue;
    private readonly byte _algorithm;
    private bool _wasSentAgain;

    /// <param name="text">The token as it was sent if it is to be cached; otherwise empty.</param>
    /// <param name="claims">The claims that the rules checked.</param>
    /// <param name="key">The key that verified the signature.</param>
    /// <param name="algorithm">The algorithm of the signature.</param>
    /// <param name="content">All claims of the token.</param>
    internal AccessToken(byte[] text, in TokenClaims claims, SigningKey key, SigningAlgorithm algorithm, AccessTokenClaims content)
    {
        _text = text;
        _expiresAt = claims.ExpiresAt;
        _issuedAt = claims.IssuedAt;

        // "nbf" is stored as a number of seconds after "iat", because an int is sufficient for it.
        _beginsAfterIssue = (int)Math.Clamp(claims.NotBefore - claims.IssuedAt, 0, int.MaxValue);

        // The index takes less memory than a reference.
        _algorithm = IndexOf(algorithm);
        Key = key;
        Claims = content;
        IsLightweight = LightweightRule.Is(claims);
        content.Confirmation = Confirmation.Of(claims);
    }

    /// <summary>Gets the time when the token was issued (<c>iat</c>).</summary>
    public DateTimeOffset IssuedAt => DateTimeOffset.FromUnixTimeSeconds(_issuedAt);

    /// <summary>Gets the time when the token expires (<c>exp</c>), without the clock skew.</summary>
    public DateTimeOffset ExpiresAt => DateTimeOffset.FromUnixTimeSeconds(_expiresAt);

    /// <summary>Gets the id of the realm key that signed the token (<c>kid</c>).</summary>
    public string KeyId => Key.Id;

    /// <summary>Gets the algorithm of the signature (<c>alg</c>), such as <c>RS256</c>.</summary>
    public string Algorithm => SigningAlgorithm.All[_algorithm].Name;

    /// <summary>Gets the marks by which a revocation identifies the token.</summary>
    /// <param name="names">How names are hashed.</param>
    internal ref readonly TokenMarks Marks(NameHash names) => ref Claims.Marks(names);

    /// <summary>Gets the key or certificate that the token is bound to. Null if it is not bound.</summary>
    internal Confirmation? Confirmation => Claims.Confirmation;

    /// <summary>Gets the lifetime of the token in seconds.</summary>
    internal long Lifetime => _expiresAt - _issuedAt;

    /// <summary>Gets all claims of the token.</summary>
    internal AccessTokenClaims Claims { get; }

    /// <summary>Gets the key that verified the signature.</summary>
    internal SigningKey Key { get; }

    /// <summary>
    /// Gets or sets whether the token was sent again since the last search for a token to evict. It is not locked, because a lost write
    /// has little effect.
    /// </summary>
    internal bool WasSentAgain
    {
        get => _wasSentAgain;
        set
        {
            // Write only if the value changes, so that the processors can keep sharing the cache line.
            if (_wasSentAgain != value)
            {
                _wasSentAgain = value;
            }
        }
    }

    /// <summary>Gets the size in bytes of the token, its objects and the claims that it can keep, whether they were read or not.</summary>
    internal int Size =>
        Math.Max(UnreadSize + MarksSize + (IsBoundToKey ? TextHashSize : 0), VerifiedTokens.BytesPerToken);

    /// <summary>Gets the size in bytes of the token and its objects before any of its claims are read.</summary>
    internal int UnreadSize => _text.Length + ObjectsSize + (Confirmation?.Size ?? 0);

    /// <summary>Returns how many bytes of claims a cached token can keep: its share of the cache without its text and objects.</summary>
    internal static int RoomForClaims(int textLength) => Math.Max(0, VerifiedTokens.BytesPerToken - textLength - ObjectsSize - MarksSize);

    /// <summary>Returns whether the token was sent as exactly this text.</summary>
    internal bool HasText(ReadOnlySpan<char> text) => TokenText.Equals(_text, text);

    /// <summary>
    /// Gets the SHA-256 of the token's text in base64url, which a DPoP proof names (<c>ath</c>). Null if it is not kept.
    /// </summary>
    internal byte[]? TextHash => Confirmation?.TokenHash;

    /// <summary>Gets whether the token can keep the hash of its text: it is cached, and it is bound to a key.</summary>
    internal bool CanKeepTextHash => _text.Length > 0 && IsBoundToKey;

    /// <summary>Keeps the hash of the text if the token can keep it and was sent as exactly this text.</summary>
    /// <param name="text">The text that was hashed.</param>
    /// <param name="hash">The hash. It must not be changed afterward.</param>
    internal void KeepTextHash(ReadOnlySpan<char> text, byte[] hash)
    {
        // The claims do not identify the text: an ECDSA signature can be changed into another valid one of the same payload.
        if (CanKeepTextHash && HasText(text))
        {
            Confirmation!.TokenHash = hash;
        }
    }

    /// <summary>Returns whether both tokens were sent as the same text.</summary>
    internal bool HasSameTextAs(AccessToken other) => _text.AsSpan().SequenceEqual(other._text);

    /// <summary>Returns whether the token has expired.</summary>
    internal bool HasEnded(DateTimeOffset now, TimeSpan clockSkew) => ExpiryRule.IsOver(_expiresAt, now, clockSkew);

    /// <summary>
    /// Returns whether the token is valid yet. It was valid when it was verified, but the clock may have been set back since.
    /// </summary>
    internal bool HasBegun(DateTimeOffset now, TimeSpan clockSkew) =>
        !NotBeforeRule.IsAhead(_issuedAt + _beginsAfterIssue, now, clockSkew);

    /// <summary>Gets whether the token is lightweight: only introspection returns its audience and roles.</summary>
    internal bool IsLightweight { get; }

    private bool IsBoundToKey => Confirmation is { KeyThumbprint: not null };

    private static byte IndexOf(SigningAlgorithm algorithm)
    {
        byte index = 0;
        while (!ReferenceEquals(SigningAlgorithm.All[index], algorithm))
        {
            index++;
        }

        return index;
    }

    /// <summary>Gets or sets what introspection keeps with the token, so that a token in use need not be looked up.</summary>
    internal object? Introspected { get; set; }
}
