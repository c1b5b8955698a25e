namespace Storefront.Login;

/// <summary>Keycloak's discovery document could not be read, or is not valid.</summary>
internal sealed class KeycloakUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
