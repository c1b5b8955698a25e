using System.Text.Json;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>Converts a value that a test passes to JSON.</summary>
internal static class ClaimValue
{
    public static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        JsonNode node => node.DeepClone(),
        JsonElement element => JsonNode.Parse(element.GetRawText()),
        string text => text,
        bool flag => flag,
        int number => number,
        long number => number,
        double number => number,
        decimal number => number,
        DateTimeOffset time => time.ToUnixTimeSeconds(),
        Guid id => id.ToString(),
        IEnumerable<KeyValuePair<string, object?>> members =>
            new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, ToJson(member.Value)))),
        System.Collections.IEnumerable items => new JsonArray([.. items.Cast<object?>().Select(ToJson)]),
        _ => throw new ArgumentException(
            $"A claim cannot be created from a {value.GetType()}. Use a string, number, bool, DateTimeOffset, "
            + "a collection or dictionary of these, or a JsonNode.",
            nameof(value)),
    };
}
