namespace Storefront.Tokens;

/// <summary>What each kind is for.</summary>
internal static class TokenKinds
{
    /// <summary>Gets the kinds that Keycloak gives.</summary>
    public static IReadOnlyList<TokenKind> Given { get; } = [TokenKind.Access, TokenKind.Refresh, TokenKind.Offline, TokenKind.Id];

    /// <summary>The kind as ids and forms write it.</summary>
    public static string Key(this TokenKind kind) => kind switch
    {
        TokenKind.Access => "access",
        TokenKind.Refresh => "refresh",
        TokenKind.Offline => "offline",
        TokenKind.Id => "id",
        _ => "tampered",
    };

    /// <summary>The kind as a heading.</summary>
    public static string Name(this TokenKind kind) => kind switch
    {
        TokenKind.Access => "Access token",
        TokenKind.Refresh => "Refresh token",
        TokenKind.Offline => "Offline token",
        TokenKind.Id => "ID token",
        _ => "Tampered access token",
    };

    /// <summary>What it is for.</summary>
    public static string Purpose(this TokenKind kind) => kind switch
    {
        TokenKind.Access => "Sent with each API call: what this application may do for the user.",
        TokenKind.Refresh => "Gets the next access token without asking the user again.",
        TokenKind.Offline => "A refresh token that goes on when the user has logged out.",
        TokenKind.Id => "Tells this application who has logged in, and when.",
        _ => "The access token, with a scope added by this application. The signature no longer fits.",
    };

    /// <summary>Who reads it.</summary>
    public static string Reader(this TokenKind kind) => kind switch
    {
        TokenKind.Access or TokenKind.Tampered => "The APIs in its audience",
        TokenKind.Refresh or TokenKind.Offline => "Keycloak only",
        _ => "This application only",
    };

    /// <summary>How long it lives.</summary>
    public static string Lifetime(this TokenKind kind) => kind switch
    {
        TokenKind.Access or TokenKind.Tampered => "Minutes: Access Token Lifespan",
        TokenKind.Refresh => "As long as the session is used: SSO Session Idle and Max",
        TokenKind.Offline => "Until revoked, or unused for long: Offline Session Idle",
        _ => "Like the access token; at log-out even an expired one counts as a hint",
    };

    /// <summary>What an API has to answer to it.</summary>
    public static string AsBearer(this TokenKind kind) => kind == TokenKind.Access ? "Served" : "Rejected: 401";

    /// <summary>Reads a key; null for anything else.</summary>
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
