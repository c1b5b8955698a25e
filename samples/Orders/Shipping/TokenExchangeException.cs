namespace Orders.Shipping;

/// <summary>Keycloak did not exchange a token.</summary>
internal sealed class TokenExchangeException(string answer) : Exception($"Keycloak did not exchange the caller's token: {answer}");
