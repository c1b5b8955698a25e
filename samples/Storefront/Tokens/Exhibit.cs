namespace Storefront.Tokens;

/// <summary>One token that the page shows.</summary>
/// <param name="Kind">The kind of the token.</param>
/// <param name="Token">The token; null if the user has none of this kind.</param>
/// <param name="Readable">The content of the token; null if there is no token, or if it cannot be read.</param>
internal sealed record Exhibit(TokenKind Kind, string? Token, ReadableToken? Readable)
{
    /// <summary>The tokens of a log-in. The <c>typ</c> of the refresh token decides whether it is a refresh or an offline token.</summary>
    public static IReadOnlyList<Exhibit> Of(SessionTokens tokens)
    {
        var refresh = ReadableToken.TryRead(tokens.RefreshToken);
        var offline = refresh?.Claim("typ") == "Offline";
        return
        [
            new(TokenKind.Access, tokens.AccessToken, ReadableToken.TryRead(tokens.AccessToken)),
            offline ? new(TokenKind.Refresh, null, null) : new(TokenKind.Refresh, tokens.RefreshToken, refresh),
            offline ? new(TokenKind.Offline, tokens.RefreshToken, refresh) : new(TokenKind.Offline, null, null),
            new(TokenKind.Id, tokens.IdToken, ReadableToken.TryRead(tokens.IdToken)),
            Tampered(tokens.AccessToken),
        ];
    }

    private static Exhibit Tampered(string accessToken)
    {
        var token = TamperedToken.Of(accessToken);
        return new(TokenKind.Tampered, token, ReadableToken.TryRead(token));
    }
}
