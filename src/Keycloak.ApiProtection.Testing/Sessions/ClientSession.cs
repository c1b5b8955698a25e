namespace Keycloak.ApiProtection.Testing.Sessions;

/// <summary>What one client holds in a user session: the scopes it was granted.</summary>
internal sealed record ClientSession(string ClientId, IReadOnlyList<string> Scopes, DateTimeOffset Started);
