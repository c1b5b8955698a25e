using System.Text.Json;

namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>Reads members of an export, all of which are optional.</summary>
internal static class JsonElementExtensions
{
    extension(JsonElement element)
    {
        public JsonElement? Member(string name) =>
            element.ValueKind == JsonValueKind.Object
                && element.TryGetProperty(name, out var member)
                && member.ValueKind != JsonValueKind.Null
                ? member
                : null;

        public string? Text(string name) => element.Member(name) is { } member
            ? member.ValueKind == JsonValueKind.String ? member.GetString() : member.GetRawText()
            : null;

        public bool Flag(string name, bool otherwise = false) => element.Member(name)?.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => otherwise,
        };

        public long Number(string name, long otherwise) =>
            element.Member(name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt64(out var number) ? number : otherwise;

        public TimeSpan Seconds(string name, TimeSpan otherwise) =>
            element.Number(name, 0) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : otherwise;

        public IEnumerable<JsonElement> Items(string name) =>
            element.Member(name) is { ValueKind: JsonValueKind.Array } member ? member.EnumerateArray() : [];

        public IEnumerable<JsonProperty> Members(string name) =>
            element.Member(name) is { ValueKind: JsonValueKind.Object } member ? member.EnumerateObject() : [];

        public List<string> Texts(string name) =>
            [.. element.Items(name).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];

        public Dictionary<string, string> Settings(string name) => element.Members(name)
            .Where(member => member.Value.ValueKind == JsonValueKind.String)
            .ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal);

        public Dictionary<string, IReadOnlyList<string>> MultiSettings(string name) => element.Members(name)
            .ToDictionary(
                member => member.Name,
                member => (IReadOnlyList<string>)(member.Value.ValueKind == JsonValueKind.Array
                    ? [.. member.Value.EnumerateArray().Select(item => item.ToString())]
                    : [member.Value.ToString()]),
                StringComparer.Ordinal);

        /// <summary>Reads roles as users and groups list them: in <c>realmRoles</c> and <c>clientRoles</c>.</summary>
        public List<RoleName> Roles(string realm = "realmRoles", string clients = "clientRoles") =>
        [
            .. element.Texts(realm).Select(name => new RoleName(null, name)),
            .. element.Members(clients).SelectMany(client =>
                client.Value.EnumerateArray().Select(name => new RoleName(client.Name, name.GetString()!))),
        ];
    }
}
