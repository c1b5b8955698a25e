using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Storefront.Tokens;

/// <summary>A token for people to read: header and payload decoded, nothing checked. Never decide anything by it.</summary>
/// <param name="Header">The header's members.</param>
/// <param name="Claims">The payload's members.</param>
/// <param name="Signature">The first characters of the signature: without the rest the token is of no use to whoever looks over the shoulder.</param>
/// <param name="Length">How many characters the token has.</param>
internal sealed record ReadableToken(IReadOnlyList<TokenField> Header, IReadOnlyList<TokenField> Claims, string Signature, int Length)
{
    private const int ShownOfSignature = 8;

    /// <summary>Decodes a compact JWS (RFC 7515 section 7.1); null where it is none.</summary>
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

    /// <summary>One claim's value; null where the token has none of this name.</summary>
    public string? Claim(string name) => Find(Claims, name);

    /// <summary>One member of the header; null where it has none of this name.</summary>
    public string? InHeader(string name) => Find(Header, name);

    private static string? Find(IReadOnlyList<TokenField> fields, string name) => fields.FirstOrDefault(field => field.Name == name)?.Value;

    private static List<TokenField> Fields(string part)
    {
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part));
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? [.. document.RootElement.EnumerateObject().Select(member => new TokenField(member.Name, Value(member), ClaimMeanings.Of(member.Name)))]
            : throw new JsonException("A token's parts are JSON objects.");
    }

    private static string Value(JsonProperty member) => member.Value.ValueKind switch
    {
        JsonValueKind.String => member.Value.GetString()!,
        JsonValueKind.Number when member.Name is "exp" or "iat" or "nbf" or "auth_time" && member.Value.TryGetInt64(out var seconds) && IsTime(seconds) =>
            $"{seconds} ({DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC)",
        _ => member.Value.GetRawText(),
    };

    private static bool IsTime(long seconds) => seconds > 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds();
}
