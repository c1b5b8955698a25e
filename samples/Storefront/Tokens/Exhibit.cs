namespace Storefront.Tokens;

/// <summary>One token on show.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Token">The token; null where the user has none of this kind.</param>
/// <param name="Readable">What is in it; null where there is none, or where it cannot be read.</param>
internal sealed record Exhibit(TokenKind Kind, string? Token, ReadableToken? Readable)
{
    /// <summary>Lays the tokens of a log-in out: a refresh token is of one kind or the other, as its own <c>typ</c> says.</summary>
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
