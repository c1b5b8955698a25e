using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.KeycloakTests.Api;

/// <summary>The API of the sample, protected by the library. Only its configuration refers to a realm.</summary>
public sealed class ProtectedApi : IAsyncDisposable
{
    /// <summary>The header with the rejection code for tests. The code is otherwise only in the log.</summary>
    private const string RejectionHeader = "Test-Rejection";

    /// <summary>The endpoints, in the order in which <see cref="CallAllAsync"/> calls them.</summary>
    public static readonly IReadOnlyList<string> Endpoints =
        ["GET /public", "GET /me", "GET /email", "GET /orders", "POST /orders", "GET /admin"];

    private static readonly string[] RolesAskedFor = ["admin", "customer", "reader", "writer", "dispatcher", "no-such-role"];

    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private ProtectedApi(WebApplication app)
    {
        _app = app;
        _http = app.GetTestClient();
    }

    /// <summary>Starts the API with additional settings of the section. A null value removes a setting.</summary>
    public static Task<ProtectedApi> StartAsync(
        Uri authServer, CancellationToken cancellationToken, params (string Key, string? Value)[] settings) =>
        StartAsync(authServer, _ => { }, cancellationToken, settings);

    /// <summary>Starts the API with additional services, which are added after those of the library.</summary>
    public static async Task<ProtectedApi> StartAsync(
        Uri authServer, Action<IServiceCollection> add, CancellationToken cancellationToken, params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Keycloak:auth-server-url"] = authServer.ToString(),
            ["Keycloak:realm"] = RealmClient.DemoRealm,
            ["Keycloak:resource"] = "orders-api",
        });
        builder.Configuration.AddInMemoryCollection(
            from setting in settings.GroupBy(setting => setting.Key)
            where setting.Last().Value is not null
            select KeyValuePair.Create($"Keycloak:{setting.Key}", setting.Last().Value));
        builder.Services.AddKeycloakBearer(options => options.Events = new KeycloakBearerEvents
        {
            OnChallenge = context =>
            {
                context.Response.Headers[RejectionHeader] = context.Rejection?.Code;
                return Task.CompletedTask;
            },
        });
        add(builder.Services);

        var app = builder.Build();
        MapEndpoints(app);
        if (settings.Any(setting => setting.Key.StartsWith("credentials:", StringComparison.Ordinal) && setting.Value is not null))
        {
            // Only with credentials: without them, an application with this endpoint does not start.
            app.MapGet("/active", () => "Active").RequireActiveToken();
        }

        await app.StartAsync(cancellationToken);
        return new ProtectedApi(app);
    }

    /// <summary>Calls one endpoint, such as <c>GET /me</c>, with or without a token.</summary>
    public async Task<ApiAnswer> CallAsync(string endpoint, string? token, CancellationToken cancellationToken)
    {
        var parts = endpoint.Split(' ');
        using var request = new HttpRequestMessage(HttpMethod.Parse(parts[0]), parts[1]);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request, cancellationToken);
        var answer = await HttpAnswer.ReadAsync(response, cancellationToken);
        return new ApiAnswer(
            answer, answer.Headers.GetValueOrDefault("WWW-Authenticate"), answer.Headers.GetValueOrDefault(RejectionHeader));
    }

    /// <summary>Calls every endpoint, in the order of <see cref="Endpoints"/>.</summary>
    public async Task<IReadOnlyList<ApiAnswer>> CallAllAsync(string? token, CancellationToken cancellationToken)
    {
        var answers = new List<ApiAnswer>();
        foreach (var endpoint in Endpoints)
        {
            answers.Add(await CallAsync(endpoint, token, cancellationToken));
        }

        return answers;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    private static void MapEndpoints(WebApplication app)
    {
        app.MapGet("/public", () => "Hello");
        app.MapGet("/me", (ClaimsPrincipal user) => TypedResults.Text(Describe(user), "application/json")).RequireAuthorization();
        app.MapGet("/email", () => "Email").RequireAuthorization("scope:email");
        app.MapGet("/orders", () => "Orders").RequireAuthorization("scope:orders:read", "client-role:reader");
        app.MapPost("/orders", () => "Ordered").RequireAuthorization("scope:orders:write", "client-role:writer");
        app.MapGet("/admin", () => "Admin").RequireAuthorization("realm-role:admin");
        app.MapPost("/transfers", () => "Transferred").RequireAuthentication("gold", maxAge: TimeSpan.FromMinutes(5));
    }

    /// <summary>Describes the caller with members of the framework only, as application code does.</summary>
    private static string Describe(ClaimsPrincipal user) => new JsonObject
    {
        ["name"] = user.Identity?.Name,
        ["sub"] = user.FindFirst("sub")?.Value,
        ["azp"] = user.FindFirst("azp")?.Value,
        ["scopes"] = Array(user.FindAll("scope").Select(claim => claim.Value)),
        ["roles"] = Array(RolesAskedFor.Where(user.IsInRole)),
    }.ToJsonString();

    private static JsonArray Array(IEnumerable<string> values) =>
        [.. values.Order(StringComparer.Ordinal).Select(value => (JsonNode)value)];
}
