namespace Keycloak.ApiProtection.Load;

/// <summary>All results of a comparison. The report is written from them.</summary>
internal sealed record Results(
    DateTimeOffset At,
    string Machine,
    Settings Settings,
    IReadOnlyList<Measurement> Measurements,
    int LiveTokens,
    double BytesPerLiveToken,
    int TokenLetters);
