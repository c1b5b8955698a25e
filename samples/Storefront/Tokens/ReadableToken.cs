using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Storefront.Tokens;

/// <summary>The decoded header and payload of a token, for display only. Nothing is verified, so do not use it for decisions.</summary>
/// <param name="Header">The header's members.</param>
/// <param name="Claims">The payload's members.</param>
/// <param name="Signature">The first characters of the signature: without the rest nobody can use the token.</param>
/// <param name="Length">The number of characters of the token.</param>
internal sealed record ReadableToken(IReadOnlyList<TokenField> Header, IReadOnlyList<TokenField> Claims, string Signature, int Length)
{
    private const int ShownOfSignature = 8;

    /// <summary>Decodes a compact JWS (RFC 7515 section 7.1); null if the text is not a compact JWS.</summary>
    public static ReadableToken? TryRead(string? token)
    {
        var parts = token?.Split('.');
        if (parts is not [var header, var payload, var signature])
        {
            return null;
        }

        try
        {
            return new ReadableToken(
                Fields(header),
                Fields(payload),
                signature.Length <= ShownOfSignature ? signature : signature[..ShownOfSignature] + "…",
                token!.Length);
        }
        catch (Exception failure) when (failure is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The value of one claim; null if the token has none of this name.</summary>
    public string? Claim(string name) => Find(Claims, name);

    /// <summary>The value of one header member; null if the header has none of this name.</summary>
    public string? InHeader(string name) => Find(Header, name);

    private static string? Find(IReadOnlyList<TokenField> fields, string name) =>
        fields.FirstOrDefault(field => field.Name == name)?.Value;

    private static List<TokenField> Fields(string part)
    {
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part));
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? [.. document.RootElement.EnumerateObject().Select(Field)]
            : throw new JsonException("A token's parts must be JSON objects.");
    }

    private static TokenField Field(JsonProperty member) => new(member.Name, Value(member), ClaimMeanings.Of(member.Name));

    private static string Value(JsonProperty member) => member.Value.ValueKind switch
    {
        JsonValueKind.String => member.Value.GetString()!,
        JsonValueKind.Number when member.Name is "exp" or "iat" or "nbf" or "auth_time"
            && member.Value.TryGetInt64(out var seconds) && IsTime(seconds) =>
            $"{seconds} ({DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC)",
        _ => member.Value.GetRawText(),
    };

    private static bool IsTime(long seconds) => seconds > 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds();
}
