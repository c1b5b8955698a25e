namespace GettingStarted;

/// <summary>The response of the token endpoint (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3).</summary>
internal sealed record TokenResponse(string AccessToken, string RefreshToken, string IdToken, bool IsBound);
