using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Keys;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>Writes compact JWS (RFC 7515 section 7.1) exactly as Keycloak does, byte for byte.</summary>
internal static class CompactJws
{
    /// <summary>The order of claims in Keycloak's token classes. Other claims follow in the order of their mappers.</summary>
    private static readonly string[] ClaimOrder =
    [
        "exp", "iat", "nbf", "auth_time", "jti", "iss", "aud", "sub", "typ", "azp", "nonce", "sid", "at_hash", "acr", "allowed-origins",
        "realm_access", "resource_access", "authorization", "cnf", "scope", "aud_x", "prov",
    ];

    private static readonly JsonWriterOptions AsJackson = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Sign(JsonObject claims, SigningKey key, string type = "JWT") =>
        Sign(WriteHeader(key.Algorithm, type, key.Id), WriteClaims(claims), key.Sign);

    public static string Sign(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, SignatureFunction sign)
    {
        var input = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        return $"{input}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(input)))}";
    }

    /// <summary>Writes the header as Keycloak does, including its spaces: <c>{"alg":"RS256","typ" : "JWT","kid" : "..."}</c>.</summary>
    public static byte[] WriteHeader(
        string algorithm, string? type, string? keyId, IEnumerable<KeyValuePair<string, JsonNode?>>? more = null)
    {
        var header = new StringBuilder($"{{\"alg\":{Json(algorithm)}");
        if (type is not null)
        {
            header.Append($",\"typ\" : {Json(type)}");
        }

        if (keyId is not null)
        {
            header.Append($",\"kid\" : {Json(keyId)}");
        }

        foreach (var (name, value) in more ?? [])
        {
            header.Append($",{Json(name)} : {Json(value)}");
        }

        return Encoding.UTF8.GetBytes(header.Append('}').ToString());
    }

    public static byte[] WriteClaims(JsonObject claims) => Write(InOrder(claims));

    /// <summary>Returns a copy with the claims in Keycloak's order.</summary>
    public static JsonObject InOrder(JsonObject claims)
    {
        var ordered = new JsonObject();
        foreach (var name in ClaimOrder)
        {
            if (claims.TryGetPropertyValue(name, out var value))
            {
                ordered[name] = value?.DeepClone();
            }
        }

        foreach (var (name, value) in claims)
        {
            if (!ordered.ContainsKey(name))
            {
                ordered[name] = value?.DeepClone();
            }
        }

        return ordered;
    }

    public static byte[] Write(JsonNode? node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, AsJackson))
        {
            if (node is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                node.WriteTo(writer);
            }
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string Json(JsonNode? value) => Encoding.UTF8.GetString(Write(value));
}
