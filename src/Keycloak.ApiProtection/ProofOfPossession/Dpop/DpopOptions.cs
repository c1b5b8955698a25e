using Keycloak.ApiProtection.ProofOfPossession.Dpop;

namespace Keycloak.ApiProtection;

/// <summary>The options for tokens that are bound to a client's key with DPoP (RFC 9449).</summary>
public sealed class DpopOptions
{
    /// <summary>The minimum length of <see cref="NonceKey"/> in bytes.</summary>
    internal const int ShortestNonceKey = 32;

    /// <summary>Gets or sets which tokens need a proof.</summary>
    /// <value>
    /// <see cref="DpopMode.WhenBound"/> by default: a token with <c>cnf.jkt</c> needs a proof, other tokens are bearer tokens.
    /// </value>
    public DpopMode Mode { get; set; } = DpopMode.WhenBound;

    /// <summary>Gets or sets when a proof must contain a nonce of this API.</summary>
    /// <value><see cref="DpopNonceMode.UnderPressure"/> by default.</value>
    public DpopNonceMode Nonce { get; set; } = DpopNonceMode.UnderPressure;

    /// <summary>Gets or sets the secret that authenticates nonces, in base64. All replicas of the API need the same.</summary>
    /// <value>
    /// Null by default: the secret is derived from the API's client secret if there is one; otherwise each process creates a random
    /// secret, and the nonce of one replica is not valid at another one. At least 32 bytes.
    /// </value>
    public string? NonceKey { get; set; }

    /// <summary>Gets or sets how old a proof without a nonce may be (<c>iat</c>).</summary>
    /// <value>60 seconds by default. Whole seconds, at least 1 second, at most 5 minutes.</value>
    public TimeSpan ProofAge { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Gets or sets how far the <c>iat</c> of a proof without a nonce may be in the future.</summary>
    /// <value>10 seconds by default. Whole seconds, not negative, at most 1 minute.</value>
    public TimeSpan ProofAhead { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the accepted signature algorithms of proofs.</summary>
    /// <value>
    /// Empty by default: ES256, ES384, ES512, PS256, PS384, PS512 and RS256. RS384 and RS512 can be added. Symmetric algorithms and
    /// <c>none</c> are never accepted, and .NET does not support EdDSA.
    /// </value>
    public IList<string> Algorithms { get; } = [];

    /// <summary>Gets the accepted algorithms: those that are set, or the defaults.</summary>
    internal IEnumerable<string> EffectiveAlgorithms => Algorithms.Count > 0 ? Algorithms : DpopSettings.DefaultAlgorithms;

    /// <summary>Gets or sets the accepted algorithms, separated by spaces, for <c>algs</c> in a challenge. Set after all options.</summary>
    internal string? AlgorithmNames { get; set; }

    /// <summary>Gets or sets how many used proofs this process remembers.</summary>
    /// <value>
    /// 262,144 by default, which takes about 8 MB; memory is allocated as it is needed. At least 1,024, at most 16,777,216. If the
    /// memory becomes full, no proof is forgotten: see <see cref="DpopNonceMode.UnderPressure"/>.
    /// </value>
    public int ReplayCapacity { get; set; } = 262_144;

    /// <summary>Gets or sets what happens while the <see cref="IDpopReplayStore"/> fails. Without such a store it has no effect.</summary>
    /// <value><see cref="DpopStoreFailure.Unavailable"/> by default: 503.</value>
    public DpopStoreFailure OnStoreFailure { get; set; } = DpopStoreFailure.Unavailable;
}
