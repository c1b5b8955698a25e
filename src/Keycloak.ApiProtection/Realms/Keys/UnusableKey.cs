namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>A key that the realm lists but that cannot verify access tokens.</summary>
/// <param name="Id">The key's <c>kid</c>; <see langword="null"/> if it has none.</param>
/// <param name="Reason">Why it is not used and what to change, as a sentence for the log.</param>
/// <param name="Expected">Whether every realm has such a key, for example the one for encryption. Expected keys are not logged.</param>
internal sealed record UnusableKey(string? Id, string Reason, bool Expected = false);
