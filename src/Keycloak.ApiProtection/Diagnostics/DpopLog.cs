using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Log messages about DPoP proofs. Event ids 170 to 179; they never change.</summary>
internal static partial class DpopLog
{
    [LoggerMessage(EventId = 170, EventName = "DpopReplayMemoryFull", Level = LogLevel.Warning,
        Message = "{Scheme}: the memory of used DPoP proofs ({Capacity}) is full. Until it has drained, proofs need a "
            + "nonce (with Dpop:Nonce set to Never, requests with a proof get 503 instead). Raise Dpop:ReplayCapacity, "
            + "or shorten Dpop:ProofAge.")]
    public static partial void DpopReplayMemoryFull(this ILogger logger, string scheme, int capacity);

    [LoggerMessage(EventId = 171, EventName = "DpopReplayMemoryDrained", Level = LogLevel.Information,
        Message = "{Scheme}: the memory of used DPoP proofs has drained. Proofs are accepted without a nonce again.")]
    public static partial void DpopReplayMemoryDrained(this ILogger logger, string scheme);

    [LoggerMessage(EventId = 172, EventName = "DpopKeyHoldsMuch", Level = LogLevel.Warning,
        Message = "{Scheme}: one client key has {Count} of the {Capacity} places in the memory of used DPoP proofs. "
            + "Its proofs need a nonce until it has fewer. Raise Dpop:ReplayCapacity if the client sends so many requests regularly.")]
    public static partial void DpopKeyHoldsMuch(this ILogger logger, string scheme, int count, int capacity);

    [LoggerMessage(EventId = 173, EventName = "DpopReplayStoreFailed", Level = LogLevel.Error,
        Message = "{Scheme}: the IDpopReplayStore failed. {Consequence} ({Suppressed} more since the last message)")]
    public static partial void DpopReplayStoreFailed(
        this ILogger logger, Exception exception, string scheme, string consequence, long suppressed);
}
