namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>The times from the start of an action until a token in use was rejected.</summary>
/// <param name="Act">The action.</param>
/// <param name="Round">The number of the round.</param>
/// <param name="Answered">Seconds until Keycloak responded to the action itself.</param>
/// <param name="Rejected">Seconds until the first rejection, for each way.</param>
internal sealed record RevocationDelay(string Act, int Round, double Answered, IReadOnlyDictionary<string, double> Rejected);
