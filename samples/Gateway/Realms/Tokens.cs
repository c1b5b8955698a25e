namespace Gateway.Realms;

/// <summary>The response of the token endpoint (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3).</summary>
/// <param name="Access">The access token.</param>
/// <param name="Refresh">The refresh token or offline token; null if none was issued.</param>
/// <param name="Id">The ID token; null if the scope <c>openid</c> was not requested.</param>
public sealed record Tokens(string Access, string? Refresh, string? Id);
