namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>The validated options with which stored events are read. Immutable.</summary>
/// <param name="Scheme">The scheme.</param>
/// <param name="Time">The clock.</param>
/// <param name="PollInterval">The pause between two polls.</param>
/// <param name="Overlap">How far each poll reads back before the newest event.</param>
/// <param name="MaxSilence">The time without a successful poll after which an error is logged.</param>
/// <param name="Lifetime">The lifetime of the longest-lived access token: how far the first poll reads back.</param>
/// <param name="ClockSkew">How far the clocks of this machine and of Keycloak may differ.</param>
internal sealed record StoredEventsSettings(
    string Scheme,
    TimeProvider Time,
    TimeSpan PollInterval,
    TimeSpan Overlap,
    TimeSpan MaxSilence,
    TimeSpan Lifetime,
    TimeSpan ClockSkew);
