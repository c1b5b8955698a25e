namespace Keycloak.ApiProtection.Load;

/// <summary>All that a comparison found: what the report is written from.</summary>
internal sealed record Results(
    DateTimeOffset At,
    string Machine,
    Settings Settings,
    IReadOnlyList<Measurement> Measurements,
    int LiveTokens,
    double BytesPerLiveToken,
    int TokenLetters);
