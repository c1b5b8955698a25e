namespace Gateway.Realms;

/// <summary>What the token endpoint answers (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3).</summary>
/// <param name="Access">The access token.</param>
/// <param name="Refresh">The refresh token, or the offline token; null where there is none.</param>
/// <param name="Id">The ID token; null where the scope <c>openid</c> was not asked for.</param>
public sealed record Tokens(string Access, string? Refresh, string? Id);
