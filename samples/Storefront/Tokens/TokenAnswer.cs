namespace Storefront.Tokens;

/// <summary>What Keycloak answered to a refresh or a revocation.</summary>
/// <param name="Tokens">The new tokens; null where there are none.</param>
/// <param name="Error">The error in words for the user; null where all went well.</param>
/// <param name="SessionEnded">Keycloak says that the refresh token counts no more: only a new log-in helps.</param>
internal sealed record TokenAnswer(SessionTokens? Tokens, string? Error = null, bool SessionEnded = false);
