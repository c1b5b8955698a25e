namespace Storefront.Tokens;

/// <summary>The kinds of tokens that Keycloak issues to a client, and a tampered token.</summary>
internal enum TokenKind
{
    /// <summary>For APIs.</summary>
    Access,

    /// <summary>For the token endpoint, until the user's session ends.</summary>
    Refresh,

    /// <summary>A refresh token that stays valid after the user's session.</summary>
    Offline,

    /// <summary>For the application: names the user who has logged in.</summary>
    Id,

    /// <summary>The access token with an added scope.</summary>
    Tampered,
}
