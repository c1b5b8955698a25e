namespace GettingStarted;

/// <summary>What the token endpoint answers (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3).</summary>
internal sealed record TokenResponse(string AccessToken, string RefreshToken, string IdToken);
