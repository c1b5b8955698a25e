namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>What an event means: its effects on tokens, and whether the realm's keys have changed.</summary>
/// <param name="Effects">The effects on tokens; empty if the event has none.</param>
/// <param name="ChangesKeys">Whether the realm's keys must be read again.</param>
/// <param name="IsUnreadable">Whether the event should have an effect, but does not say on which tokens.</param>
internal readonly record struct EventMeaning(IReadOnlyList<EventEffect> Effects, bool ChangesKeys = false, bool IsUnreadable = false)
{
    /// <summary>The event concerns no token.</summary>
    public static EventMeaning None { get; } = new([]);

    /// <summary>The event should have an effect, but does not say on which tokens.</summary>
    public static EventMeaning Unreadable { get; } = new([], IsUnreadable: true);

    /// <summary>The realm's keys have changed.</summary>
    public static EventMeaning NewKeys { get; } = new([], ChangesKeys: true);

    public static implicit operator EventMeaning(EventEffect effect) => new([effect]);
}
