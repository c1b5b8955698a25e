namespace Storefront.Tokens;

/// <summary>The rows of the table of tokens. The members that distinguish the kinds come first.</summary>
internal static class TokenRows
{
    private static readonly string[] First =
        ["alg", "typ", "kid", "aud", "aud_x", "azp", "iss", "sub", "sid", "scope", "iat", "exp", "auth_time", "jti"];

    /// <summary>The rows of a table whose columns are these tokens.</summary>
    public static IReadOnlyList<TokenRow> Of(IReadOnlyList<ReadableToken> tokens) =>
    [
        .. Rows(tokens, inHeader: true, token => token.Header),
        .. Rows(tokens, inHeader: false, token => token.Claims),
    ];

    private static IEnumerable<TokenRow> Rows(
        IReadOnlyList<ReadableToken> tokens, bool inHeader, Func<ReadableToken, IReadOnlyList<TokenField>> part) =>
        tokens.SelectMany(part)
            .DistinctBy(field => field.Name)
            .OrderBy(field => Array.IndexOf(First, field.Name) is var place and >= 0 ? place : First.Length)
            .Select(field => new TokenRow(
                inHeader,
                field.Name,
                field.Meaning,
                [.. tokens.Select(token => part(token).FirstOrDefault(other => other.Name == field.Name)?.Value)]));
}
