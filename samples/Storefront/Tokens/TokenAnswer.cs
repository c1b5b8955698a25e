namespace Storefront.Tokens;

/// <summary>Keycloak's response to a refresh or a revocation.</summary>
/// <param name="Tokens">The new tokens; null if there are none.</param>
/// <param name="Error">The error message for the user; null if there was no error.</param>
/// <param name="SessionEnded">Whether Keycloak rejected the refresh token, so that the user must log in again.</param>
internal sealed record TokenAnswer(SessionTokens? Tokens, string? Error = null, bool SessionEnded = false);
