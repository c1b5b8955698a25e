using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Keys;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>A token that was sent to the realm and whose signature is verified.</summary>
internal sealed record ReceivedToken(JsonObject Claims)
{
    public string? Type => Text("typ");

    public string? Id => Text("jti");

    public string? Issuer => Text("iss");

    public string? AuthorizedParty => Text("azp");

    public string? SessionId => Text("sid");

    public string? Subject => Text("sub");

    public IReadOnlyList<string> Scopes => Text("scope")?.Split(' ') ?? [];

    public long IssuedAt => Number("iat") ?? 0;

    public bool IsAccessToken =>
        Type is not null && (Type.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || Type == "DPoP");

    public bool IsRefreshToken => Type is "Refresh" or "Offline";

    /// <summary>
    /// The kind of session is in the first two letters of an access token's <c>jti</c> and in a refresh token's <c>typ</c>.
    /// </summary>
    public bool IsOffline => Type == "Offline"
        || Id?.StartsWith("of", StringComparison.Ordinal) == true && Id.Contains(':', StringComparison.Ordinal);

    public bool IsLightweight => Id is ['o' or 't', _, 'l', 't', _, _, ':', ..];

    public bool IsActiveAt(DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        return (Number("exp") is not { } expires || seconds < expires) && (Number("nbf") is not { } notBefore || seconds >= notBefore);
    }

    public bool HasAudience(string audience) => Claims["aud"] switch
    {
        JsonArray several => several.Any(item => item?.ToString() == audience),
        { } single => single.ToString() == audience,
        null => false,
    };

    /// <summary>Returns null if the token is not signed by a key of this realm.</summary>
    public static ReceivedToken? Verify(string token, RealmKeys keys)
    {
        try
        {
            return token.Split('.') is [var header, var payload, var signature]
                && Decode(header)["kid"]?.GetValue<string>() is { } id
                && keys.ById(id) is { } key
                && Decode(header)["alg"]?.GetValue<string>() == key.Algorithm
                && key.Verify(Encoding.ASCII.GetBytes($"{header}.{payload}"), Base64Url.DecodeFromChars(signature))
                    ? new ReceivedToken(Decode(payload))
                    : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static JsonObject Decode(string part) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(part)) as JsonObject ?? throw new JsonException();

    private string? Text(string name) => Claims[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private long? Number(string name) => Claims[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;
}
