using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Log messages about the journal of revocations. Event ids 220 to 239; they never change.</summary>
internal static partial class JournalLog
{
    [LoggerMessage(EventId = 220, EventName = "JournalAppendFailed", Level = LogLevel.Error,
        Message = "The journal does not accept revocations ({Waiting} wait in memory). They have taken effect in this process, other "
            + "replicas do not know them yet, and they are lost if this process ends. The append is tried again. This message is logged "
            + "once until an append succeeds.")]
    public static partial void JournalAppendFailed(this ILogger logger, Exception exception, int waiting);

    [LoggerMessage(EventId = 221, EventName = "JournalAcceptsAgain", Level = LogLevel.Information,
        Message = "The journal accepts revocations again.")]
    public static partial void JournalAcceptsAgain(this ILogger logger);

    [LoggerMessage(EventId = 222, EventName = "JournalQueueMerged", Level = LogLevel.Warning,
        Message = "More revocations than RevocationJournalOptions.QueueCapacity wait for the journal. {Count} of them were merged: when "
            + "the journal accepts entries again, every replica rejects all tokens that were issued until the newest of them.")]
    public static partial void JournalQueueMerged(this ILogger logger, int count);

    [LoggerMessage(EventId = 223, EventName = "JournalReadFailed", Level = LogLevel.Error,
        Message = "The journal cannot be read (last complete read {Age} ago; empty: never). Revocations of other replicas are not known "
            + "here. After RevocationJournalOptions.MaxSilence, requests are handled as WhenUnreadable says. This message is logged once "
            + "until a read succeeds.")]
    public static partial void JournalReadFailed(this ILogger logger, Exception exception, TimeSpan? age);

    [LoggerMessage(EventId = 224, EventName = "JournalReadAgain", Level = LogLevel.Information,
        Message = "The journal was read again, including everything that was missed.")]
    public static partial void JournalReadAgain(this ILogger logger);

    [LoggerMessage(EventId = 225, EventName = "JournalEntryOfLaterVersion", Level = LogLevel.Warning,
        Message = "{Count} entries of the journal were skipped because a later version of this library wrote them. Replicas with that "
            + "version reject the tokens; this one may accept them. Finish the deployment.")]
    public static partial void JournalEntryOfLaterVersion(this ILogger logger, int count);

    [LoggerMessage(EventId = 226, EventName = "JournalEntryMalformed", Level = LogLevel.Warning,
        Message = "{Count} entries of the journal were skipped because they are malformed. Only this library should write to the journal: "
            + "check who else has the permission.")]
    public static partial void JournalEntryMalformed(this ILogger logger, int count);

    [LoggerMessage(EventId = 227, EventName = "NotificationNotDurable", Level = LogLevel.Error,
        Message = "{Endpoint}: the revocation took effect in this process, but the journal did not accept it in time; returned 503. "
            + "Keycloak does not send the notification again. The append is tried again while this process lives.")]
    public static partial void NotificationNotDurable(this ILogger logger, string endpoint);

    [LoggerMessage(EventId = 228, EventName = "JournalUnreadAtStart", Level = LogLevel.Error,
        Message = "The journal could not be read completely within {Waited} at start. Until it is, requests with a token are handled as "
            + "RevocationJournalOptions.WhenUnreadAtStart says: {Handling}.")]
    public static partial void JournalUnreadAtStart(this ILogger logger, TimeSpan waited, string handling);

    [LoggerMessage(EventId = 229, EventName = "JournalLostAtStop", Level = LogLevel.Error,
        Message = "The application stopped while {Waiting} revocations were not durable in the journal. Other replicas do not know them.")]
    public static partial void JournalLostAtStop(this ILogger logger, int waiting);
}
