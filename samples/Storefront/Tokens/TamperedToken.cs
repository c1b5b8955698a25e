using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Storefront.Tokens;

/// <summary>An access token to which a scope without consent was added, with the original signature.</summary>
internal static class TamperedToken
{
    /// <summary>The scope that is added.</summary>
    public const string Scope = "orders:admin";

    /// <summary>Changes the token; null if it cannot be read.</summary>
    public static string? Of(string accessToken)
    {
        if (accessToken.Split('.') is not [var header, var payload, var signature])
        {
            return null;
        }

        try
        {
            if (JsonNode.Parse(Base64Url.DecodeFromChars(payload)) is not JsonObject claims)
            {
                return null;
            }

            claims["scope"] = $"{claims["scope"]} {Scope}".Trim();
            return $"{header}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}.{signature}";
        }
        catch (Exception failure) when (failure is FormatException or JsonException)
        {
            return null;
        }
    }
}
