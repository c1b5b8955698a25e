using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Web;
using Keycloak.ApiProtection.StoredEvents;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.StoredEvents;

/// <summary>
/// An API that reads the events of a realm, in the real pipeline. The test writes the events into the stores and decides when the API
/// polls.
/// </summary>
internal sealed class EventStoreRealm : IAsyncDisposable
{
    public const string Id = "2dbcf8e9-f674-4f7c-950a-9047d713f4ef";

    private readonly Lock _gate = new();
    private int _events;

    private EventStoreRealm(DemoRealm realm)
    {
        Realm = realm;
        Realm.Instead = Respond;
    }

    public DemoRealm Realm { get; }

    public ProtectedApp App { get; private set; } = null!;

    public List<JsonObject> UserEvents { get; } = [];

    public List<JsonObject> AdminEvents { get; } = [];

    public JsonObject Settings { get; } = new()
    {
        ["eventsEnabled"] = true,
        ["eventsExpiration"] = 86400,
        ["enabledEventTypes"] = new JsonArray([.. UserEventRules.Types.Append("LOGIN").Select(type => (JsonNode)type)]),
        ["adminEventsEnabled"] = true,
        ["adminEventsDetailsEnabled"] = true,
    };

    /// <summary>The requests to the event stores, with their queries.</summary>
    public List<Uri> Queries { get; } = [];

    /// <summary>The number of tokens that the service account got.</summary>
    public int Tokens { get; private set; }

    /// <summary>Responds instead of the realm, unless it returns null.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?>? Instead { get; set; }

    /// <summary>The effects of events, in their order.</summary>
    public List<KeycloakRevocation> Effects { get; } = [];

    public ManualTimeProvider Time => Realm.Time;

    public StoredEventsFeed Feed => App.Services.GetRequiredService<StoredEventsFeeds>().All[0];

    public static Task<EventStoreRealm> StartAsync(Action<KeycloakBearerOptions>? configure = null) =>
        StartAsync(polls: false, configure);

    /// <summary>Starts an API that polls by itself, or only when the test says so.</summary>
    public static async Task<EventStoreRealm> StartAsync(
        bool polls, Action<KeycloakBearerOptions>? configure = null, Action<IServiceCollection>? add = null)
    {
        var realm = new EventStoreRealm(await DemoRealm.StartAsync());
        realm.App = await ProtectedApp.StartAsync(
            services =>
            {
                add?.Invoke(services);
                services.AddKeycloakBearer(options =>
                {
                    options.Credentials.Secret = "secret";
                    configure?.Invoke(options);
                }).AddKeycloakEvents();
                if (!polls)
                {
                    services.Remove(services.Single(service => service.ImplementationType == typeof(StoredEventsService)));
                }
            },
            realm.Realm);
        realm.App.Services.GetRequiredService<IKeycloakRevocations>().Observe(realm.Effects.Add);
        return realm;
    }

    public Task<TimeSpan> PollAsync() => Feed.PollAsync(TestContext.Current.CancellationToken);

    /// <summary>Stores a user event, as Keycloak 26 writes it.</summary>
    public JsonObject Happened(string type, JsonObject? more = null, TimeSpan? ago = null) => Store(UserEvents, type, null, more, ago);

    /// <summary>Stores an admin event.</summary>
    public JsonObject Administered(
        string operation, string resource, string? path, string? representation = null, TimeSpan? ago = null) =>
        Store(AdminEvents, operation, resource, new JsonObject { ["resourcePath"] = path, ["representation"] = representation }, ago);

    public async ValueTask DisposeAsync() => await App.DisposeAsync();

    private JsonObject Store(List<JsonObject> store, string type, string? resource, JsonObject? more, TimeSpan? ago)
    {
        var stored = new JsonObject
        {
            ["id"] = $"event-{Interlocked.Increment(ref _events)}",
            ["time"] = (Realm.Now - (ago ?? TimeSpan.Zero)).ToUnixTimeMilliseconds(),
            ["realmId"] = Id,
            [resource is null ? "type" : "operationType"] = type,
        };
        if (resource is not null)
        {
            stored["resourceType"] = resource;
        }

        foreach (var (name, value) in more ?? [])
        {
            stored[name] = value?.DeepClone();
        }

        lock (_gate)
        {
            store.Add(stored);
        }

        return stored;
    }

    private HttpResponseMessage? Respond(HttpRequestMessage request)
    {
        if (Instead?.Invoke(request) is { } other)
        {
            return other;
        }

        var path = request.RequestUri!.AbsolutePath;
        if (path.EndsWith("/token", StringComparison.Ordinal))
        {
            Tokens++;
            return Responses.Of($$"""{"access_token":"token-{{Tokens}}","expires_in":300,"token_type":"Bearer"}""");
        }

        if (path.EndsWith("/introspect", StringComparison.Ordinal))
        {
            return Responses.Of("""{"active":false}""");
        }

        if (!path.StartsWith("/admin/realms/demo/", StringComparison.Ordinal))
        {
            return null;
        }

        Assert.Equal($"token-{Tokens}", request.Headers.Authorization!.Parameter);
        if (path.EndsWith("/config", StringComparison.Ordinal))
        {
            return Responses.Of(Settings.ToJsonString());
        }

        Queries.Add(request.RequestUri);
        var isAdmin = path.EndsWith("/admin-events", StringComparison.Ordinal);
        var query = HttpUtility.ParseQueryString(request.RequestUri.Query);
        return isAdmin ? Select(AdminEvents, "operationTypes", query) : Select(UserEvents, "type", query);
    }

    private HttpResponseMessage Select(
        List<JsonObject> store, string filter, System.Collections.Specialized.NameValueCollection query)
    {
        var member = filter == "type" ? "type" : "operationType";
        Assert.Equal("asc", query["direction"]);
        lock (_gate)
        {
            // A number in place of an event has neither a type nor a time.
            var page = store
                .Where(one => one[member] is null || query.GetValues(filter)!.Contains(one[member]!.ToString()))
                .Where(one => one["time"] is not JsonValue time || !time.TryGetValue<long>(out var at)
                    || at >= long.Parse(query["dateFrom"]!, CultureInfo.InvariantCulture))
                .OrderBy(one => one["time"] is JsonValue time && time.TryGetValue<long>(out var at) ? at : 0)
                .Take(int.Parse(query["max"]!, CultureInfo.InvariantCulture))
                .Select(one => one.ToJsonString());
            return Responses.Of($"[{string.Join(',', page)}]");
        }
    }
}
