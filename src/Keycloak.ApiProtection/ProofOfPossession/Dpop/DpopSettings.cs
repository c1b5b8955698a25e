using Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop;

/// <summary>The settings of one scheme for DPoP proofs. Created once from the scheme's validated options.</summary>
internal sealed record DpopSettings
{
    /// <summary>The accepted algorithms if the options name none.</summary>
    public static readonly IReadOnlyList<string> DefaultAlgorithms = ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256"];

    /// <summary>The upper limits of the options. The memory of used proofs can hold proofs for at least this time.</summary>
    public static readonly TimeSpan LongestProofAge = TimeSpan.FromMinutes(5);

    /// <summary>The upper limit of <see cref="ProofAhead"/>.</summary>
    public static readonly TimeSpan LongestProofAhead = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan BucketWhenRequired = TimeSpan.FromSeconds(30);

    // Under pressure, the memory must be filled more slowly: a proof is remembered for as long as its nonce is accepted.
    private static readonly TimeSpan BucketUnderPressure = TimeSpan.FromSeconds(10);

    /// <summary>Gets the name of the scheme. Nonces of another scheme are not accepted.</summary>
    public required string Scheme { get; init; }

    /// <summary>Gets when a nonce is required.</summary>
    public DpopNonceMode Nonce { get; init; } = DpopNonceMode.UnderPressure;

    /// <summary>Gets the secret that authenticates nonces.</summary>
    public required ReadOnlyMemory<byte> NonceKey { get; init; }

    /// <summary>Gets how old a proof without a nonce may be, in whole seconds.</summary>
    public TimeSpan ProofAge { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Gets how far <c>iat</c> may be in the future, in whole seconds.</summary>
    public TimeSpan ProofAhead { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the accepted algorithms.</summary>
    public IReadOnlyList<SigningAlgorithm> Algorithms { get; init; } = Named(DefaultAlgorithms);

    /// <summary>Gets how many proofs are remembered.</summary>
    public int ReplayCapacity { get; init; } = 262_144;

    /// <summary>Gets the URL under which clients reach the API. Null if the request's own URL is compared.</summary>
    public DpopPublicUrl? PublicUrl { get; init; }

    /// <summary>Gets what happens while the store fails.</summary>
    public DpopStoreFailure OnStoreFailure { get; init; }

    /// <summary>Gets the length of a nonce's time bucket. A nonce is accepted in its own bucket and in the next one.</summary>
    public TimeSpan NonceBucket => Nonce == DpopNonceMode.Required ? BucketWhenRequired : BucketUnderPressure;

    /// <summary>Returns the algorithms with these names. Names that are not supported are omitted.</summary>
    public static IReadOnlyList<SigningAlgorithm> Named(IEnumerable<string> names) =>
        [.. names.Select(name => SigningAlgorithm.TryGet(name, out var known) ? known : null).OfType<SigningAlgorithm>()];
}
