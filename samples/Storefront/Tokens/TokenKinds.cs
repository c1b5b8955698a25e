namespace Storefront.Tokens;

/// <summary>Names and descriptions of the kinds of tokens.</summary>
internal static class TokenKinds
{
    /// <summary>Gets the kinds that Keycloak issues.</summary>
    public static IReadOnlyList<TokenKind> Given { get; } = [TokenKind.Access, TokenKind.Refresh, TokenKind.Offline, TokenKind.Id];

    /// <summary>The key of the kind in ids and forms.</summary>
    public static string Key(this TokenKind kind) => kind switch
    {
        TokenKind.Access => "access",
        TokenKind.Refresh => "refresh",
        TokenKind.Offline => "offline",
        TokenKind.Id => "id",
        _ => "tampered",
    };

    /// <summary>The heading of the kind.</summary>
    public static string Name(this TokenKind kind) => kind switch
    {
        TokenKind.Access => "Access token",
        TokenKind.Refresh => "Refresh token",
        TokenKind.Offline => "Offline token",
        TokenKind.Id => "ID token",
        _ => "Tampered access token",
    };

    /// <summary>The purpose of the kind.</summary>
    public static string Purpose(this TokenKind kind) => kind switch
    {
        TokenKind.Access => "Sent with each API call: what this application may do for the user.",
        TokenKind.Refresh => "Gets the next access token without asking the user again.",
        TokenKind.Offline => "A refresh token that stays valid after the user has logged out.",
        TokenKind.Id => "Tells this application who has logged in, and when.",
        _ => "The access token, with a scope added by this application. The signature is no longer valid.",
    };

    /// <summary>The recipient that reads the token.</summary>
    public static string Reader(this TokenKind kind) => kind switch
    {
        TokenKind.Access or TokenKind.Tampered => "The APIs in its audience",
        TokenKind.Refresh or TokenKind.Offline => "Keycloak only",
        _ => "This application only",
    };

    /// <summary>The lifetime of the token.</summary>
    public static string Lifetime(this TokenKind kind) => kind switch
    {
        TokenKind.Access or TokenKind.Tampered => "Minutes: Access Token Lifespan",
        TokenKind.Refresh => "As long as the session is used: SSO Session Idle and Max",
        TokenKind.Offline => "Until it is revoked or not used for a long time: Offline Session Idle",
        _ => "Like the access token; at log-out an expired one is also accepted as a hint",
    };

    /// <summary>How an API must respond to the token.</summary>
    public static string AsBearer(this TokenKind kind) => kind == TokenKind.Access ? "Accepted" : "Rejected: 401";

    /// <summary>The kind with this key; null for any other text.</summary>
    public static TokenKind? Parse(string? key)
    {
        foreach (var kind in Enum.GetValues<TokenKind>())
        {
            if (kind.Key() == key)
            {
                return kind;
            }
        }

        return null;
    }
}
