using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>The captured response of a Keycloak 26.7.3 to one request.</summary>
internal sealed class Capture
{
    private readonly JsonObject _root;

    private Capture(JsonObject root) => _root = root;

    public int Status => (int)_root["status"]!;

    public JsonNode? Body => _root["body"];

    public JsonObject Decoded(string token) => _root["decoded"]![token]!.AsObject();

    public string? Header(string name) => (string?)_root["headers"]![name.ToLowerInvariant()];

    public static Capture Read(string name) =>
        new(JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Captures", name + ".json")))!.AsObject());
}
