namespace Keycloak.ApiProtection;

/// <summary>Options of the journal of revocations. They are validated when the application starts.</summary>
public sealed class RevocationJournalOptions
{
    /// <summary>Gets or sets how often the journal is read if it gives no sign of new entries.</summary>
    /// <value>The default is 5 seconds. The range is 100 milliseconds to <see cref="MaxSilence"/>.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets the maximum duration of one read or append.</summary>
    /// <value>The default is 5 seconds. The range is 100 milliseconds to 1 minute.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets how long the journal may be unreadable before <see cref="WhenUnreadable"/> applies. A revocation that another replica
    /// has received is known here after this time at the latest, or requests are handled as <see cref="WhenUnreadable"/> says.
    /// </summary>
    /// <value>The default is 15 seconds. The range is 1 second to 10 minutes, and at least <see cref="PollInterval"/>.</value>
    public TimeSpan MaxSilence { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets or sets how requests are handled while the journal has been unreadable for <see cref="MaxSilence"/>.</summary>
    /// <value>The default is <see cref="UnreadableJournal.Introspect"/>.</value>
    public UnreadableJournal WhenUnreadable { get; set; } = UnreadableJournal.Introspect;

    /// <summary>Gets or sets how requests are handled before the journal was read for the first time.</summary>
    /// <value>The default is <see cref="UnreadableJournal.Introspect"/>.</value>
    public UnreadableJournal WhenUnreadAtStart { get; set; } = UnreadableJournal.Introspect;

    /// <summary>
    /// Gets or sets how long the start of the application waits until the journal was read completely. After it the application starts all
    /// the same, and <see cref="WhenUnreadAtStart"/> applies until the journal was read.
    /// </summary>
    /// <value>The default is 10 seconds. The range is zero (the start does not wait) to 10 minutes.</value>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets how long a notification from Keycloak waits until its revocation is durable. After it the response is 503 instead of
    /// 200, and a message is logged. The revocation has taken effect in this process, and the append is tried again.
    /// </summary>
    /// <value>
    /// The default is 3 seconds, because Keycloak waits 5 seconds for the response. The range is 100 milliseconds to 1 minute.
    /// </value>
    public TimeSpan NotificationTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Gets or sets how many revocations wait in memory while the journal does not accept entries. If there are more, those that wait are
    /// merged into a watermark: every replica then rejects all tokens that were issued until the newest of them.
    /// </summary>
    /// <value>The default is 10,000. The range is 10 to 1,000,000.</value>
    public int QueueCapacity { get; set; } = 10_000;
}
