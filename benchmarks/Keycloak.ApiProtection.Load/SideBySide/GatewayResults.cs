namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>All that a comparison of the ways found: what the documents are written from.</summary>
internal sealed record GatewayResults(
    DateTimeOffset At,
    string Machine,
    string Keycloak,
    string Nginx,
    GatewaySettings Settings,
    int TokenLetters,
    double FreshnessSeconds,
    IReadOnlyList<WayMeasurement> Measurements,
    IReadOnlyList<RevocationDelay> Delays,
    IReadOnlyList<EndedSessions> Ended);
