using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.StoredEvents;

/// <summary>The events that the realm stores, as Keycloak 26 does with all event types and details switched on.</summary>
internal sealed class RealmEvents(TimeProvider time)
{
    private const int Most = 100_000;

    private readonly Lock _lock = new();
    private readonly string _realmId = Guid.NewGuid().ToString();
    private readonly List<JsonObject> _user = [];
    private readonly List<JsonObject> _admin = [];

    /// <summary>Stores what a user or a client did.</summary>
    public void Happened(
        string type,
        string? clientId,
        string? userId = null,
        string? sessionId = null,
        string? error = null,
        params IEnumerable<(string Name, string Value)> details)
    {
        var stored = Start();
        stored["type"] = type;
        Set(stored, "clientId", clientId);
        Set(stored, "userId", userId);
        Set(stored, "sessionId", sessionId);
        stored["ipAddress"] = "127.0.0.1";
        Set(stored, "error", error);
        stored["details"] = new JsonObject(details.Select(detail => KeyValuePair.Create(detail.Name, (JsonNode?)detail.Value)));
        Add(_user, stored);
    }

    /// <summary>Stores what an administrator did.</summary>
    public void Administered(string operation, string resource, string? path, JsonNode? representation = null)
    {
        var stored = Start();
        stored["authDetails"] = new JsonObject { ["realmId"] = _realmId, ["ipAddress"] = "127.0.0.1" };
        stored["operationType"] = operation;
        stored["resourceType"] = resource;
        Set(stored, "resourcePath", path);
        Set(stored, "representation", representation?.ToJsonString());
        Add(_admin, stored);
    }

    /// <summary>Returns the events of users and clients, oldest first.</summary>
    public IReadOnlyList<JsonObject> OfUsers() => Copy(_user);

    /// <summary>Returns the events of administrators, oldest first.</summary>
    public IReadOnlyList<JsonObject> OfAdministrators() => Copy(_admin);

    private static void Set(JsonObject stored, string name, string? value)
    {
        if (value is not null)
        {
            stored[name] = value;
        }
    }

    private JsonObject Start() => new()
    {
        ["id"] = Guid.NewGuid().ToString(),
        ["time"] = time.GetUtcNow().ToUnixTimeMilliseconds(),
        ["realmId"] = _realmId,
    };

    private void Add(List<JsonObject> store, JsonObject stored)
    {
        lock (_lock)
        {
            store.Add(stored);
            if (store.Count > Most)
            {
                store.RemoveRange(0, Most / 2);
            }
        }
    }

    private IReadOnlyList<JsonObject> Copy(List<JsonObject> store)
    {
        lock (_lock)
        {
            return [.. store];
        }
    }
}
