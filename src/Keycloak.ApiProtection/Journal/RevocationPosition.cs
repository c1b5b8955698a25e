namespace Keycloak.ApiProtection;

/// <summary>A position in an <see cref="IRevocationJournal"/>. Only the journal that returned it interprets it.</summary>
/// <param name="Value">The position as text. Positions are kept in memory only.</param>
public sealed record RevocationPosition(string Value);
