namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>All results of a comparison of the ways. The tables in the documents are written from them.</summary>
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
