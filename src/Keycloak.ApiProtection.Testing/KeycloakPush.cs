namespace Keycloak.ApiProtection.Testing;

/// <summary>A request that the realm sent to a client's URL, such as a logout token.</summary>
/// <param name="ClientId">The client that the URL belongs to.</param>
/// <param name="Url">The URL that the request was sent to.</param>
/// <param name="Status">The HTTP status of the response; null if no response arrived within 5 seconds.</param>
public sealed record KeycloakPush(string ClientId, Uri Url, int? Status);
