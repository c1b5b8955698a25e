namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>How long after the beginning of an act a token in use was refused.</summary>
/// <param name="Act">What was done.</param>
/// <param name="Round">Which time.</param>
/// <param name="Answered">Seconds until Keycloak had answered the act itself.</param>
/// <param name="Refused">Seconds until the first refusal, for each way.</param>
internal sealed record RevocationDelay(string Act, int Round, double Answered, IReadOnlyDictionary<string, double> Refused);
