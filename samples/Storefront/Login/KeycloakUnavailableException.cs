namespace Storefront.Login;

/// <summary>Keycloak could not be asked for its addresses, or gave none that can be used.</summary>
internal sealed class KeycloakUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
