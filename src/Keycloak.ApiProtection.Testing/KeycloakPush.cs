namespace Keycloak.ApiProtection.Testing;

/// <summary>Something that the realm sent to a client's URL of its own accord.</summary>
/// <param name="ClientId">The client whose URL it is.</param>
/// <param name="Url">Where it was sent.</param>
/// <param name="Status">The HTTP status of the answer; null where none came within 5 seconds.</param>
public sealed record KeycloakPush(string ClientId, Uri Url, int? Status);
