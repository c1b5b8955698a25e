using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Rules;
using Keycloak.ApiProtection.Tokens.Verified;

namespace Keycloak.ApiProtection;

/// <summary>An access token whose signature and claims have been found good.</summary>
/// <remarks>What it says about its bearer stands in the principal that is made of it.</remarks>
public sealed class AccessToken
{
    /// <summary>This object, its claims, the header of the text and a place for it, on a 64-bit machine.</summary>
    private const int ObjectsSize = 248;

    /// <summary>Its marks, once they were read.</summary>
    private const int MarksSize = 64;

    private readonly byte[] _text;
    private readonly long _expiresAt;
    private readonly long _issuedAt;
    private readonly SigningAlgorithm _algorithm;
    private readonly int _beginsAfterIssue;
    private bool _wasSentAgain;

    /// <param name="text">The token as it was sent, where it is to be remembered; otherwise empty.</param>
    /// <param name="claims">The claims that decided.</param>
    /// <param name="key">What verified it.</param>
    /// <param name="algorithm">How.</param>
    /// <param name="content">Everything that it says.</param>
    internal AccessToken(byte[] text, in TokenClaims claims, SigningKey key, SigningAlgorithm algorithm, AccessTokenClaims content)
    {
        _text = text;
        _expiresAt = claims.ExpiresAt;
        _issuedAt = claims.IssuedAt;

        // Both lie in the past, or nearly: one number says when it began.
        _beginsAfterIssue = (int)Math.Clamp(claims.NotBefore - claims.IssuedAt, 0, int.MaxValue);
        _algorithm = algorithm;
        Key = key;
        Claims = content;
        IsLightweight = LightweightRule.Is(claims);
    }

    /// <summary>Gets when it was issued (<c>iat</c>).</summary>
    public DateTimeOffset IssuedAt => DateTimeOffset.FromUnixTimeSeconds(_issuedAt);

    /// <summary>Gets when it ends (<c>exp</c>), without the clock skew.</summary>
    public DateTimeOffset ExpiresAt => DateTimeOffset.FromUnixTimeSeconds(_expiresAt);

    /// <summary>Gets the id of the realm's key that signed it (<c>kid</c>).</summary>
    public string KeyId => Key.Id;

    /// <summary>Gets the algorithm of its signature (<c>alg</c>), such as <c>RS256</c>.</summary>
    public string Algorithm => _algorithm.Name;

    /// <summary>Gets what a revocation can know it by.</summary>
    internal ref readonly TokenMarks Marks => ref Claims.Marks;

    /// <summary>Gets how long it lives, in seconds.</summary>
    internal long Lifetime => _expiresAt - _issuedAt;

    /// <summary>Gets everything that it says.</summary>
    internal AccessTokenClaims Claims { get; }

    /// <summary>Gets what verified it.</summary>
    internal SigningKey Key { get; }

    /// <summary>Gets or sets whether it came again since somebody last needed room where it is remembered. No lock: a mark more or less matters little.</summary>
    internal bool WasSentAgain
    {
        get => _wasSentAgain;
        set
        {
            // Written once, not for every request: processors that only read it can share it.
            if (_wasSentAgain != value)
            {
                _wasSentAgain = value;
            }
        }
    }

    /// <summary>Gets how many bytes it takes with its objects and with the claims that it keeps, whether they were read or not.</summary>
    internal int Size => Math.Max(UnreadSize + MarksSize, VerifiedTokens.BytesPerToken);

    /// <summary>Gets how many bytes it takes with its objects as long as nothing was read of it.</summary>
    internal int UnreadSize => _text.Length + ObjectsSize;

    /// <summary>How many bytes of claims that were read a remembered token keeps: as many as its text leaves of its share.</summary>
    internal static int RoomForClaims(int textLength) => Math.Max(0, VerifiedTokens.BytesPerToken - textLength - ObjectsSize - MarksSize);

    /// <summary>Whether it was sent as exactly this text.</summary>
    internal bool HasText(ReadOnlySpan<char> text) => TokenText.Equals(_text, text);

    /// <summary>Whether both were sent as the same text.</summary>
    internal bool HasSameTextAs(AccessToken other) => _text.AsSpan().SequenceEqual(other._text);

    /// <summary>Whether its time is over.</summary>
    internal bool HasEnded(DateTimeOffset now, TimeSpan clockSkew) => ExpiryRule.IsOver(_expiresAt, now, clockSkew);

    /// <summary>Whether its time has come: it had when it was verified, but clocks are set back as well.</summary>
    internal bool HasBegun(DateTimeOffset now, TimeSpan clockSkew) =>
        !NotBeforeRule.IsAhead(_issuedAt + _beginsAfterIssue, now, clockSkew);

    /// <summary>Gets whether it is a lightweight token: its audience and roles are known to Keycloak only.</summary>
    internal bool IsLightweight { get; }

    /// <summary>Gets or sets what introspection keeps with the token, so that a token in use need not be looked up.</summary>
    internal object? Introspected { get; set; }
}
