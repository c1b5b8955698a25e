using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>The decoded header and payload of a compact JWS.</summary>
internal sealed record Decoded(string RawHeader, JsonObject Header, JsonObject Claims)
{
    public string? this[string claim] => (string?)Claims[claim];

    public long Number(string claim) => (long)Claims[claim]!;

    public IEnumerable<string> Roles(string client) =>
        Claims["resource_access"]?[client]?["roles"]?.AsArray().Select(role => (string)role!) ?? [];

    public IEnumerable<string> RealmRoles => Claims["realm_access"]?["roles"]?.AsArray().Select(role => (string)role!) ?? [];

    public IEnumerable<string> Scopes => this["scope"]?.Split(' ') ?? [];

    public static Decoded Of(string token)
    {
        var parts = token.Split('.');
        Assert.Equal(3, parts.Length);
        var header = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0]));
        return new Decoded(header, JsonNode.Parse(header)!.AsObject(), JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject());
    }
}
