namespace Keycloak.ApiProtection.Testing.Sessions;

/// <summary>One client's part of a user session: the scopes that it was granted.</summary>
internal sealed record ClientSession(string ClientId, IReadOnlyList<string> Scopes, DateTimeOffset Started);
