namespace Keycloak.ApiProtection;

/// <summary>What happens to a request with a DPoP proof while the <see cref="IDpopReplayStore"/> fails.</summary>
public enum DpopStoreFailure
{
    /// <summary>The request gets 503, because it is unknown whether another replica has accepted the proof.</summary>
    Unavailable,

    /// <summary>
    /// The memory of this process decides. While the store fails, a proof can be used once at each replica.
    /// </summary>
    Local,
}
