namespace Keycloak.ApiProtection.Load;

/// <summary>All results of a comparison. The report is written from them.</summary>
/// <param name="At">When the comparison ended.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Settings">The settings.</param>
/// <param name="Measurements">One for each scenario and round.</param>
/// <param name="LiveTokens">How many tokens were cached to measure their memory; 0 if it was not measured.</param>
/// <param name="BytesPerLiveToken">By how many bytes the heap grew for each of them.</param>
/// <param name="TokenLetters">The length of a token.</param>
internal sealed record Results(
    DateTimeOffset At,
    string Machine,
    Settings Settings,
    IReadOnlyList<Measurement> Measurements,
    int LiveTokens,
    double BytesPerLiveToken,
    int TokenLetters);
