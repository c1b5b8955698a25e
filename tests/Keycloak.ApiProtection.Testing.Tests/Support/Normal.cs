using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>Replaces the parts of a response that differ between runs, and nothing else: ids, times, the host, the order of sets.</summary>
internal static partial class Normal
{
    private static readonly string[] Tokens = ["access_token", "refresh_token", "id_token"];

    public static string Of(JsonNode? node) =>
        Normalize(node, "")?.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) ?? "null";

    private static JsonNode? Normalize(JsonNode? node, string name) => node switch
    {
        JsonObject members => OfObject(members),
        JsonArray items => new JsonArray(
            [.. items.Select(item => Normalize(item, name)).OrderBy(item => item?.ToJsonString(), StringComparer.Ordinal)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => OfText(name, value.GetValue<string>()),
        _ => node?.DeepClone(),
    };

    private static JsonObject OfObject(JsonObject members)
    {
        var normal = new JsonObject();
        foreach (var (name, value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            normal[name] = name switch
            {
                "iat" => "IAT",
                "exp" => $"IAT + {(long)value! - (long)members["iat"]!}",
                _ => Normalize(value, name),
            };
        }

        return normal;
    }

    private static string OfText(string name, string text) => name switch
    {
        "scope" => string.Join(' ', text.Split(' ').Order(StringComparer.Ordinal)),
        "kid" or "at_hash" or "sid" or "session_state" or "x" or "y" or "n" or "x5t" or "x5t#S256" or "jkt" => $"{name} of {text.Length}",
        "x5c" => Convert.FromBase64String(text).Length > 0 ? "CERTIFICATE" : "",
        _ when Tokens.Contains(name) => "TOKEN",
        _ => Uuid().Replace(Host().Replace(text, "http://HOST"), "UUID"),
    };

    [GeneratedRegex("http://(127\\.0\\.0\\.1|localhost)(:[0-9]+)?")]
    private static partial Regex Host();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();
}
