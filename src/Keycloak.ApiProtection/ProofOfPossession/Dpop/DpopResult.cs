using System.Diagnostics.CodeAnalysis;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop;

/// <summary>The outcome for one proof: accepted, rejected for a reason, or undecided because its replay could not be checked.</summary>
internal readonly struct DpopResult
{
    private readonly TokenRejection? _rejection;

    private DpopResult(bool isAccepted, TokenRejection? rejection, string? nonce, TimeSpan retryAfter)
    {
        IsAccepted = isAccepted;
        _rejection = rejection;
        Nonce = nonce;
        RetryAfter = retryAfter;
    }

    /// <summary>
    /// Gets the value for the <c>DPoP-Nonce</c> header of the response, whether the proof was accepted or rejected. Null if there is none.
    /// A response with it must not be cached (<c>Cache-Control: no-store</c>).
    /// </summary>
    public string? Nonce { get; }

    /// <summary>Gets how long to wait before the next attempt if the result is undecided.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>Gets whether the proof is accepted. If it is neither accepted nor rejected, nothing could be decided: 503.</summary>
    public bool IsAccepted { get; }

    /// <summary>The proof is accepted, and it is remembered.</summary>
    public static DpopResult Accepted(string? nonce) => new(true, null, nonce, default);

    /// <summary>The proof is rejected.</summary>
    public static DpopResult Rejected(TokenRejection rejection, string? nonce = null) => new(false, rejection, nonce, default);

    /// <summary>It is unknown whether the proof was used before.</summary>
    public static DpopResult Undecided(TimeSpan retryAfter) => new(false, null, null, retryAfter);

    /// <summary>Whether the proof is rejected.</summary>
    public bool IsRejected([NotNullWhen(true)] out TokenRejection? rejection)
    {
        rejection = _rejection;
        return rejection is not null;
    }
}
