namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>A key that the realm lists and that no access token can be verified with.</summary>
/// <param name="Id">The key's <c>kid</c>; <see langword="null"/> where it has none.</param>
/// <param name="Reason">Why it is not used and what to change, as a sentence for the log.</param>
/// <param name="Expected">True for keys that every realm has and nobody needs to hear of, such as the one for encryption.</param>
internal sealed record UnusableKey(string? Id, string Reason, bool Expected = false);
