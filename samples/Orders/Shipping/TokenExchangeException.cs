namespace Orders.Shipping;

/// <summary>Keycloak rejected the exchange of a token.</summary>
internal sealed class TokenExchangeException(string answer) : Exception($"Keycloak rejected the exchange of the caller's token: {answer}");
