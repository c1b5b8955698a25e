using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Tests.Http;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

#pragma warning disable CA1822 // actions and hub methods must be instance methods

namespace Keycloak.ApiProtection.Tests.Authorization;

/// <summary>The response to an accepted token whose login is not sufficient (RFC 9470 section 3).</summary>
public sealed class StepUpResponseTests
{
    private const string Gold = "401 Bearer realm=\"demo\", error=\"insufficient_user_authentication\", "
        + "error_description=\"The endpoint needs a login at level 'gold'.\", acr_values=\"gold\"";

    private const string GoldAndFresh = "401 Bearer realm=\"demo\", error=\"insufficient_user_authentication\", "
        + "error_description=\"The endpoint needs a login at level 'gold' at most 300 seconds ago.\", acr_values=\"gold\", max_age=\"300\"";

    [Theory]
    [InlineData("/gold", Gold)]
    [InlineData("/attribute", GoldAndFresh)]
    [InlineData("/name", GoldAndFresh)]
    [InlineData("/policy", GoldAndFresh)]
    [InlineData("/registered", GoldAndFresh)]
    [InlineData("/orders/place", GoldAndFresh)]
    public async Task An_insufficient_login_gets_a_challenge_with_everything_that_the_client_must_request(string path, string challenge)
    {
        await using var app = await StartAsync();

        Assert.Equal(challenge, await ChallengeAsync(app, path, app.Alice));
        Assert.Equal("200", await ChallengeAsync(app, path, GoldNow(app)));
    }

    [Fact]
    public async Task Level_and_age_are_sent_together_even_if_only_one_is_missing()
    {
        // With max_age alone, Keycloak would return the client at the first level.
        await using var app = await StartAsync();

        Assert.Equal(GoldAndFresh, await ChallengeAsync(app, "/attribute", GoldNow(app).WithDate("auth_time", app.Realm.Now.AddHours(-1))));
        Assert.Equal(GoldAndFresh, await ChallengeAsync(app, "/attribute", GoldNow(app).WithText("acr", "silver")));
    }

    [Fact]
    public async Task The_level_of_the_token_is_never_sent()
    {
        await using var app = await StartAsync();
        var old = app.Alice.WithText("acr", "secret-level").WithDate("auth_time", app.Realm.Now.AddHours(-1));

        Assert.Equal(
            "401 Bearer realm=\"demo\", error=\"insufficient_user_authentication\", "
                + "error_description=\"The endpoint needs a login at most 300 seconds ago.\", max_age=\"300\"",
            await ChallengeAsync(app, "/fresh", old));
    }

    [Fact]
    public async Task Of_several_requirements_the_levels_that_meet_all_and_the_smallest_age_are_sent()
    {
        await using var app = await StartAsync(
            options =>
            {
                options.AcrLevels.Add("silver");
                options.AcrLevels.Add("gold");
                options.AcrLevels.Add("platinum");
            },
            app =>
            {
                var group = app.MapGroup("/group").RequireAuthentication("silver", TimeSpan.FromHours(1));
                group.MapGet("/gold", [RequireAuthentication("platinum gold", MaxAgeSeconds = 600)] () => "x")
                    .RequireAuthentication(TimeSpan.FromMinutes(10));
            });

        Assert.Equal(
            "acr_values=\"platinum gold\", max_age=\"600\"",
            (await ChallengeAsync(app, "/group/gold", app.Alice)).Split("\", ", 4)[3]);
        Assert.StartsWith(
            "401",
            await ChallengeAsync(
                app, "/group/gold", app.Alice.WithText("acr", "gold").WithDate("auth_time", app.Realm.Now.AddMinutes(-20))),
            StringComparison.Ordinal);
        Assert.Equal("200", await ChallengeAsync(app, "/group/gold", GoldNow(app)));
    }

    [Fact]
    public async Task A_missing_scope_or_role_is_reported_first_because_a_login_does_not_give_it()
    {
        await using var app = await StartAsync();

        foreach (var path in new[] { "/scoped", "/role", "/assertion", "/vetoed" })
        {
            Assert.StartsWith(
                "403 Bearer realm=\"demo\", error=\"insufficient_scope\"",
                await ChallengeAsync(app, path, app.Alice),
                StringComparison.Ordinal);
        }

        Assert.StartsWith("401", await ChallengeAsync(app, "/scoped", app.Alice.WithText("scope", "orders:pay")), StringComparison.Ordinal);
        Assert.Equal("200", await ChallengeAsync(app, "/scoped", GoldNow(app).WithText("scope", "orders:pay")));
    }

    [Fact]
    public async Task An_invalid_or_revoked_token_is_reported_before_the_login()
    {
        await using var app = await StartAsync();
        Assert.StartsWith(
            "401 Bearer realm=\"demo\", error=\"invalid_token\"",
            await ChallengeAsync(app, "/gold", app.Alice.WithText("aud", "other")),
            StringComparison.Ordinal);

        Assert.Equal(Gold, await ChallengeAsync(app, "/gold", app.Alice));
        app.Services.GetRequiredService<IKeycloakRevocations>().RevokeSession(DemoRealm.Session);
        Assert.StartsWith(
            "401 Bearer realm=\"demo\", error=\"invalid_token\"", await ChallengeAsync(app, "/gold", app.Alice), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_without_a_token_gets_the_usual_challenge()
    {
        await using var app = await StartAsync();
        using var response = await app.GetAsync("/gold");

        Assert.Equal(Challenges.WithoutToken, response.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("/gold")]
    [InlineData("/fresh")]
    [InlineData("/attribute")]
    public async Task A_service_account_gets_403_because_it_cannot_log_in(string path)
    {
        await using var app = await StartAsync();
        var batch = app.Realm.Token(app.Realm.Keycloak.TokenForServiceAccount("batch"));
        var nameless = app.Alice.Without("sid", "preferred_username");

        foreach (var token in new[] { batch, nameless })
        {
            var challenge = await ChallengeAsync(app, path, token);
            Assert.StartsWith("403 Bearer realm=\"demo\", error=\"insufficient_scope\"", challenge, StringComparison.Ordinal);
            Assert.Contains("A service account has no login and cannot meet this.", challenge, StringComparison.Ordinal);
            Assert.DoesNotContain("acr_values", challenge, StringComparison.Ordinal);
        }

        Assert.Contains(
            "service account, which has no login",
            app.Realm.Log.Entries.First(entry => entry.Event == "PermissionMissing").Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_without_the_claims_about_the_login_gets_403_because_another_login_would_not_add_them()
    {
        await using var app = await StartAsync();
        foreach (var path in new[] { "/gold", "/fresh", "/attribute" })
        {
            var challenge = await ChallengeAsync(app, path, app.Alice.Without("acr"));
            Assert.StartsWith("403", challenge, StringComparison.Ordinal);
            Assert.Contains("another login does not help", challenge, StringComparison.Ordinal);
        }

        Assert.Contains(
            "\"acr loa level\"", app.Realm.Log.Entries.First(entry => entry.Event == "PermissionMissing").Text, StringComparison.Ordinal);

        // A password grant has no login time; the login page of the browser gives one.
        Assert.StartsWith("401", await ChallengeAsync(app, "/fresh", app.Alice), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_states_what_the_token_has_and_what_the_client_must_request()
    {
        await using var app = await StartAsync();
        await ChallengeAsync(app, "/attribute", app.Alice);
        await ChallengeAsync(app, "/fresh", app.Alice.WithDate("auth_time", app.Realm.Now.AddHours(-1)));

        var texts = app.Realm.Log.Entries.Where(entry => entry.Event == "AuthenticationInsufficient").Select(entry => entry.Text).ToArray();
        Assert.Contains(
            "HTTP: GET /attribute requires another login. The token has the level \"silver\"; the endpoint requires \"gold\".",
            texts[0],
            StringComparison.Ordinal);
        Assert.Contains("acr_values=gold&max_age=300", texts[0], StringComparison.Ordinal);
        Assert.Contains("did not log in (\"auth_time\") within the last 300 seconds", texts[1], StringComparison.Ordinal);
        Assert.Equal(0, app.Realm.Log.Count("PermissionMissing"));
    }

    [Fact]
    public async Task In_production_the_same_reason_is_logged_once_a_minute()
    {
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(),
            app => app.MapGet("/gold", () => "x").RequireAuthentication("gold"),
            environment: Environments.Production);
        for (var i = 0; i < 5; i++)
        {
            await ChallengeAsync(app, "/gold", app.Alice);
        }

        Assert.Equal(1, app.Realm.Log.Count("AuthenticationInsufficient"));
    }

    [Fact]
    public async Task The_challenge_event_can_read_and_change_the_challenge()
    {
        ChallengeContext? seen = null;
        await using var app = await StartAsync(options => options.Events.OnChallenge = challenge =>
        {
            seen = challenge;
            challenge.MaxAge = TimeSpan.FromSeconds(60);
            return Task.CompletedTask;
        });

        Assert.EndsWith(
            "acr_values=\"gold\", max_age=\"60\"", await ChallengeAsync(app, "/attribute", app.Alice), StringComparison.Ordinal);
        Assert.Equal(("insufficient_user_authentication", "gold", 401), (seen!.Error, seen.AcrValues, seen.StatusCode));
        Assert.Null(seen.AuthenticateFailure);
        Assert.Null(seen.Rejection);
    }

    [Fact]
    public async Task An_event_can_write_the_response_itself()
    {
        var forbidden = false;
        await using var app = await StartAsync(options =>
        {
            options.Events.OnChallenge = challenge =>
            {
                challenge.HandleResponse();
                return Task.CompletedTask;
            };
            options.Events.OnForbidden = _ =>
            {
                forbidden = true;
                return Task.CompletedTask;
            };
        });

        Assert.Equal("401", await ChallengeAsync(app, "/gold", app.Alice));
        Assert.False(forbidden);
    }

    [Fact]
    public async Task Problem_details_have_the_status_and_the_description()
    {
        await using var app = await StartAsync(options => options.ProblemDetails = true);
        using var response = await app.GetAsync("/gold", app.Alice);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        Assert.Equal((401, "The endpoint needs a login at level 'gold'."), ((int)problem["status"]!, (string)problem["detail"]!));
        Assert.NotEmpty(response.Headers.WwwAuthenticate);
    }

    [Fact]
    public async Task A_browser_client_of_another_origin_can_read_the_challenge_if_CORS_exposes_it()
    {
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer();
                services.AddCors(cors => cors.AddDefaultPolicy(policy =>
                    policy.WithOrigins("https://shop.example").AllowAnyHeader().WithExposedHeaders("WWW-Authenticate")));
            },
            app =>
            {
                app.UseCors();
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapGet("/gold", () => "x").RequireAuthentication("gold");
            });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/gold");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {app.Alice.Text}");
        request.Headers.TryAddWithoutValidation("Origin", "https://shop.example");
        using var response = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(401, (int)response.StatusCode);
        Assert.Equal("WWW-Authenticate", Assert.Single(response.Headers.GetValues("Access-Control-Expose-Headers")));
    }

    [Fact]
    public async Task The_token_check_passes_the_challenge_to_the_gateway()
    {
        await using var app = await StartAsync(
            map: app => app.MapTokenCheck("/check").RequireAuthentication("gold", TimeSpan.FromMinutes(5)));

        Assert.Equal(GoldAndFresh, await ChallengeAsync(app, "/check", app.Alice));
        Assert.Equal("200", await ChallengeAsync(app, "/check", GoldNow(app)));
    }

    [Fact]
    public async Task A_check_in_code_with_the_request_as_resource_also_leads_to_the_challenge()
    {
        await using var app = await StartAsync(map: app => app
            .MapGet("/code", async (HttpContext http, IAuthorizationService authorization) =>
                (await authorization.AuthorizeAsync(http.User, http, "acr:gold")).Succeeded ? Results.Ok() : Results.Forbid())
            .RequireAuthorization());

        Assert.Equal(Gold, await ChallengeAsync(app, "/code", app.Alice));
        Assert.Equal("200", await ChallengeAsync(app, "/code", GoldNow(app)));
    }

    [Fact]
    public async Task A_hub_method_rejects_the_call_and_the_connection_stays_open()
    {
        await using var app = await StartAsync(map: app => app.MapHub<OrdersHub>("/hub"));
        var client = app.Server.CreateWebSocketClient();
        var gold = app.Alice.WithText("acr", "gold").WithDate("auth_time", app.Realm.Now);
        client.ConfigureRequest = request => request.Headers.Authorization = $"Bearer {gold.Text}";
        using var socket = await client.ConnectAsync(new Uri(app.Server.BaseAddress, "/hub"), TestContext.Current.CancellationToken);
        await SendAsync(socket, """{"protocol":"json","version":1}""");

        Assert.Contains("\"result\":\"placed\"", await InvokeAsync(socket, "Place"), StringComparison.Ordinal);
        Assert.Contains("user is unauthorized", await InvokeAsync(socket, "PlaceExpensive"), StringComparison.Ordinal);

        // The login of an open connection gets older.
        app.Realm.Time.Advance(TimeSpan.FromSeconds(331));
        Assert.Contains("user is unauthorized", await InvokeAsync(socket, "Place"), StringComparison.Ordinal);
        Assert.Contains("\"result\":\"listed\"", await InvokeAsync(socket, "List"), StringComparison.Ordinal);
    }

    private static Task<ProtectedApp> StartAsync(Action<KeycloakBearerOptions>? configure = null, Action<WebApplication>? map = null) =>
        ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer(configure ?? (_ => { }));
                services.AddSignalR();
                services.AddControllers().ConfigureApplicationPartManager(parts =>
                {
                    parts.FeatureProviders.Clear();
                    parts.FeatureProviders.Add(new OneController());
                }).AddApplicationPart(typeof(StepUpResponseTests).Assembly);
                services.AddAuthorization(
                    options => options.AddPolicy("transfer", policy => policy.RequireAuthentication("gold", TimeSpan.FromMinutes(5))));
                services.AddSingleton<IAuthorizationHandler, Veto>();
            },
            app =>
            {
                if (map is not null)
                {
                    map(app);
                    return;
                }

                app.MapPost("/transfers", () => "transferred").RequireAuthentication("gold", maxAge: TimeSpan.FromMinutes(5));
                app.MapGet("/gold", () => "x").RequireAuthentication("gold");
                app.MapGet("/fresh", () => "x").RequireAuthentication(maxAge: TimeSpan.FromMinutes(5));
                app.MapGet("/attribute", [RequireAuthentication("gold", MaxAgeSeconds = 300)] () => "x");
                app.MapGet("/name", () => "x").RequireAuthorization("acr:gold max-age:300");
                app.MapGet("/policy", () => "x").RequireAuthorization(
                    policy => policy.RequireAuthentication("gold", TimeSpan.FromMinutes(5)));
                app.MapGet("/registered", () => "x").RequireAuthorization("transfer");
                app.MapGet("/scoped", () => "x").RequireAuthentication("gold").RequireScope("orders:pay");
                app.MapGet("/role", () => "x").RequireAuthentication("gold").RequireAuthorization(policy => policy.RequireRole("nobody"));
                app.MapGet("/assertion", () => "x").RequireAuthentication("gold").RequireAuthorization(
                    policy => policy.RequireAssertion(_ => false));
                app.MapGet("/vetoed", () => "x").RequireAuthentication("gold");
                app.MapControllers();
            });

    private static SignedToken GoldNow(ProtectedApp app) => app.Alice.WithText("acr", "gold").WithDate("auth_time", app.Realm.Now);

    private static async Task<string> ChallengeAsync(ProtectedApp app, string path, SignedToken token)
    {
        using var response = await app.GetAsync(path, token);
        return $"{(int)response.StatusCode} {response.Headers.WwwAuthenticate}".TrimEnd();
    }

    private static async Task<string> InvokeAsync(WebSocket socket, string method)
    {
        await SendAsync(socket, $$"""{"type":1,"invocationId":"1","target":"{{method}}","arguments":[]}""");
        var received = new StringBuilder();
        var buffer = new byte[4096];
        while (!received.ToString().Contains("\"type\":3", StringComparison.Ordinal))
        {
            var frame = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            Assert.NotEqual(WebSocketMessageType.Close, frame.MessageType);
            received.Append(Encoding.UTF8.GetString(buffer, 0, frame.Count));
        }

        return received.ToString();
    }

    private static Task SendAsync(WebSocket socket, string message) =>
        socket.SendAsync(
            Encoding.UTF8.GetBytes(message + '\u001e'), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    private sealed class Veto : IAuthorizationHandler
    {
        public Task HandleAsync(AuthorizationHandlerContext context)
        {
            if (context.Resource is HttpContext { Request.Path.Value: "/vetoed" })
            {
                context.Fail();
            }

            return Task.CompletedTask;
        }
    }

    private sealed class OneController : Microsoft.AspNetCore.Mvc.Controllers.ControllerFeatureProvider
    {
        protected override bool IsController(System.Reflection.TypeInfo typeInfo) => typeInfo.AsType() == typeof(PaymentsController);
    }

    [Authorize]
    internal sealed class OrdersHub : Hub
    {
        public string List() => "listed";

        [RequireAuthentication("gold", MaxAgeSeconds = 300)]
        public string Place() => "placed";

        [RequireAuthentication("platinum")]
        public string PlaceExpensive() => "placed";
    }

    [ApiController]
    [Route("orders")]
    internal sealed class PaymentsController : ControllerBase
    {
        [HttpGet("place")]
        [RequireAuthentication("gold", MaxAgeSeconds = 300)]
        public string Place() => "placed";
    }
}
