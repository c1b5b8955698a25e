namespace Storefront.Tokens;

/// <summary>The kinds of token that Keycloak gives a client, and one that it never gave.</summary>
internal enum TokenKind
{
    /// <summary>For APIs.</summary>
    Access,

    /// <summary>For the token endpoint, as long as the user's session lives.</summary>
    Refresh,

    /// <summary>A refresh token that outlives the user's session.</summary>
    Offline,

    /// <summary>For the application: who has logged in.</summary>
    Id,

    /// <summary>The access token with more scope written into it.</summary>
    Tampered,
}
