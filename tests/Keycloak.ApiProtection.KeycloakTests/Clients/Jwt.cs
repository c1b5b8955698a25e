using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Keycloak.ApiProtection.KeycloakTests.Clients;

/// <summary>A parsed but not verified compact JWS.</summary>
public sealed class Jwt
{
    private Jwt(string compact, JsonElement header, JsonElement payload)
    {
        Compact = compact;
        Header = header;
        Payload = payload;
    }

    public string Compact { get; }

    public JsonElement Header { get; }

    public JsonElement Payload { get; }

    public string Algorithm => Header.GetProperty("alg").GetString()!;

    public string KeyId => Header.GetProperty("kid").GetString()!;

    public string Type => Header.GetProperty("typ").GetString()!;

    /// <summary>Keycloak's own type of the token: the claim <c>typ</c>.</summary>
    public string Kind => Text("typ")!;

    /// <summary>The names of all claims, sorted.</summary>
    public string[] ClaimNames => [.. Payload.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal)];

    public string[] Scopes => Text("scope")?.Split(' ').Order(StringComparer.Ordinal).ToArray() ?? [];

    /// <summary>The audiences, sorted. The claim can be a string or an array.</summary>
    public string[] Audiences => Payload.TryGetProperty("aud", out var audience)
        ? audience.ValueKind == JsonValueKind.Array ? Sorted(audience) : [audience.GetString()!]
        : [];

    public string[] RealmRoles => Sorted(Payload.GetProperty("realm_access").GetProperty("roles"));

    public static Jwt Parse(string compact)
    {
        var parts = compact.Split('.');
        Assert.Equal(3, parts.Length);
        return new Jwt(compact, Decode(parts[0]), Decode(parts[1]));
    }

    /// <summary>A string claim, or null.</summary>
    public string? Text(string claim) =>
        Payload.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public long Number(string claim) => Payload.GetProperty(claim).GetInt64();

    public string[] ClientRoles(string client) => Sorted(Payload.GetProperty("resource_access").GetProperty(client).GetProperty("roles"));

    /// <summary>The signing input.</summary>
    public byte[] SignedBytes() => Encoding.ASCII.GetBytes(Compact[..Compact.LastIndexOf('.')]);

    public byte[] Signature() => Base64Url.DecodeFromChars(Compact.AsSpan(Compact.LastIndexOf('.') + 1));

    public override string ToString() => Payload.GetRawText();

    private static JsonElement Decode(string part) => JsonElement.Parse(Base64Url.DecodeFromChars(part));

    private static string[] Sorted(JsonElement array) =>
        [.. array.EnumerateArray().Select(item => item.GetString()!).Order(StringComparer.Ordinal)];
}
