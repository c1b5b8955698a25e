using System.Net.WebSockets;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Tests.Introspection;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

#pragma warning disable CA1822 // actions and hub methods must be instance methods

namespace Keycloak.ApiProtection.Tests.Authorization;

public sealed class RequireActiveTokenTests
{
    public static TheoryData<string> Paths => ["/active", "/active/policy", "/active/name", "/active/scoped", "/orders/active"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task An_endpoint_can_require_introspection_when_the_API_does_not_use_it(string path)
    {
        await using var api = await StartAsync();
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal(0, api.Line.Questions);
        Assert.Equal("200", await api.VerdictAsync(token, path));
        Assert.Equal(1, api.Line.Questions);

        api.Realm.Sessions.LogOut("alice");
        api.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("401 inactive", await api.VerdictAsync(token, path));
        Assert.Equal("200", await api.VerdictAsync(token));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task The_requirement_also_applies_when_authentication_runs_before_routing(string path)
    {
        await using var api = await StartAsync(app =>
        {
            app.UseAuthentication();
            app.UseRouting();
            app.UseAuthorization();
        });
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token, path));
        Assert.Equal(1, api.Line.Questions);
        api.Realm.Sessions.LogOut("alice");
        api.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("401 inactive", await api.VerdictAsync(token, path));

        api.Realm.Faults.GoDown();
        using var response = await api.SendAsync(api.Token(), path);
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task An_endpoint_can_require_a_shorter_maximum_age_than_the_API()
    {
        await using var api = await StartAsync(configure: options => options.Introspection.Mode = IntrospectionMode.Always);
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal("200", await api.VerdictAsync(token, "/active/5"));
        Assert.Equal(1, api.Line.Questions);

        api.Realm.Sessions.LogOut("alice");
        api.Time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal("401 inactive", await api.VerdictAsync(token, "/active/5"));
        Assert.Equal("401 inactive", await api.VerdictAsync(token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_maximum_age_of_zero_introspects_once_for_each_request(bool late)
    {
        await using var api = await StartAsync(late ? app => app.UseAuthentication().UseRouting().UseAuthorization() : null);
        var token = api.Token();
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal("200", await api.VerdictAsync(token, "/active/0"));
            Assert.Equal(i, api.Line.Questions);
        }
    }

    [Fact]
    public async Task The_requirement_can_be_combined_with_scopes_and_roles()
    {
        await using var api = await StartAsync();

        Assert.Equal("200", await api.VerdictAsync(api.Token(), "/active/writers"));
        Assert.Equal("403", await api.VerdictAsync(api.Token("bob"), "/active/writers"));
        var demoted = api.Token();
        api.Realm.Users.UnassignRole("alice", "writer", "orders-api");
        Assert.Equal("403", await api.VerdictAsync(demoted, "/active/writers"));
    }

    [Fact]
    public async Task A_user_of_another_scheme_is_rejected()
    {
        await using var api = await StartAsync(
            add: services => services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Stranger>("Stranger", null));

        Assert.Equal("403", await api.VerdictAsync("junk", "/active/other"));
        Assert.Equal("403", await api.VerdictAsync(api.Token(), "/active/other"));
        Assert.Equal("200", await api.VerdictAsync(api.Token(), "/active"));
    }

    [Fact]
    public async Task A_stale_response_kept_for_an_outage_does_not_satisfy_a_maximum_age()
    {
        await using var api = await StartAsync(configure: options => options.Introspection.StaleIfError = TimeSpan.FromMinutes(5));
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token, "/active/5"));
        api.Realm.Faults.GoDown();
        api.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal("503", await api.VerdictAsync(token, "/active/5"));
        Assert.Equal("200", await api.VerdictAsync(token, "/active"));
    }

    [Fact]
    public async Task Every_call_on_an_open_hub_connection_is_checked()
    {
        await using var api = await StartAsync();
        var token = api.Token();
        var cancellation = TestContext.Current.CancellationToken;
        var client = api.Server.CreateWebSocketClient();
        client.ConfigureRequest = request => request.Headers.Authorization = $"Bearer {token}";
        using var socket = await client.ConnectAsync(new Uri(api.Server.BaseAddress, "/hub"), cancellation);
        await SendAsync(socket, """{"protocol":"json","version":1}""");

        Assert.Contains("\"result\":\"written\"", await InvokeAsync(socket), StringComparison.Ordinal);
        api.Realm.Sessions.LogOut("alice");
        api.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Contains("user is unauthorized", await InvokeAsync(socket), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("attribute", "GET /guarded")]
    [InlineData("policy", "GET /guarded")]
    [InlineData("name", "GET /guarded")]
    [InlineData("hub", "Connect /hub")]
    public async Task Without_introspection_credentials_startup_fails_and_the_error_names_the_endpoint(string how, string endpoint)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
            [new("Keycloak:Authority", "https://kc.example/realms/demo"), new("Keycloak:resource", "orders-api")]);
        builder.Logging.ClearProviders();
        builder.Services.AddKeycloakBearer();
        builder.Services.AddSignalR();
        await using var app = builder.Build();
        _ = how switch
        {
            "attribute" => (object)app.MapGet("/guarded", () => "x").RequireActiveToken(),
            "policy" => app.MapGet("/guarded", () => "x").RequireAuthorization(policy => policy.RequireActiveToken(TimeSpan.Zero)),
            "name" => app.MapGet("/guarded", () => "x").RequireAuthorization("active-token:5"),
            _ => app.MapHub<ActiveHub>("/hub"),
        };

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains(how == "hub" ? "/hub" : endpoint, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("credentials.secret", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3601)]
    public void An_attribute_rejects_a_maximum_age_that_is_out_of_range(int seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RequireActiveTokenAttribute { MaxAgeSeconds = seconds });

    [Theory]
    [InlineData("active-token", null)]
    [InlineData("active-token:0", 0d)]
    [InlineData("active-token:5", 5d)]
    [InlineData("active-token:0.5", 0.5)]
    public void Policy_names_and_attributes_have_the_same_meaning(string name, double? seconds)
    {
        TimeSpan? age = seconds is { } some ? TimeSpan.FromSeconds(some) : null;

        Assert.True(KeycloakPolicyName.TryParse(name, out var parsed, out _));
        Assert.Equal((name, age), (parsed.ToString(), parsed.MaxAge));
        Assert.Equal(name, (age is { } own ? new RequireActiveTokenAttribute(own) : new RequireActiveTokenAttribute()).Policy);
    }

    [Theory]
    [InlineData("active-token:")]
    [InlineData("active-token:soon")]
    [InlineData("active-token:-1")]
    [InlineData("active-token:3601")]
    [InlineData("active-token:NaN")]
    public void A_policy_name_with_an_invalid_maximum_age_is_malformed(string name)
    {
        Assert.False(KeycloakPolicyName.TryParse(name, out _, out var problem));
        Assert.Contains("from 0 to 3600", problem, StringComparison.Ordinal);
    }

    private static Task<IntrospectingApi> StartAsync(
        Action<WebApplication>? order = null, Action<KeycloakBearerOptions>? configure = null, Action<IServiceCollection>? add = null) =>
        IntrospectingApi.StartAsync(
            services =>
            {
                services.AddSignalR();
                services.AddControllers()
                    .AddApplicationPart(typeof(RequireActiveTokenTests).Assembly)
                    .ConfigureApplicationPartManager(parts =>
                    {
                        parts.FeatureProviders.Clear();
                        parts.FeatureProviders.Add(new OneController());
                    });
                add?.Invoke(services);
            },
            app =>
            {
                order?.Invoke(app);
                app.MapGet("/active", () => "active").RequireActiveToken();
                app.MapGet("/active/5", [RequireActiveToken(MaxAgeSeconds = 5)] () => "active");
                app.MapGet("/active/0", () => "active").RequireActiveToken(TimeSpan.Zero);
                app.MapGet("/active/policy", () => "active").RequireAuthorization(policy => policy.RequireActiveToken());
                app.MapGet("/active/name", () => "active").RequireAuthorization("active-token:30");
                app.MapGet("/active/scoped", () => "active").RequireActiveToken().RequireScope("email");
                app.MapGet("/active/writers", () => "active").RequireActiveToken().RequireClientRole("writer");
                app.MapGet("/active/other", () => "active")
                    .RequireActiveToken()
                    .RequireAuthorization(policy => policy.AddAuthenticationSchemes("Stranger").RequireAuthenticatedUser());
                app.MapControllers();
                app.MapHub<ActiveHub>("/hub");
            },
            options =>
            {
                options.Introspection.Mode = IntrospectionMode.Never;
                configure?.Invoke(options);
            });

    private static async Task<string> InvokeAsync(WebSocket socket)
    {
        await SendAsync(socket, """{"type":1,"invocationId":"1","target":"Write","arguments":[]}""");
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
            Encoding.UTF8.GetBytes(message + '\u001e'),
            WebSocketMessageType.Text,
            true,
            TestContext.Current.CancellationToken);

    private sealed class Stranger(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.Success(
            new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim("name", "stranger")], "Stranger")), Scheme.Name)));
    }

    private sealed class OneController : Microsoft.AspNetCore.Mvc.Controllers.ControllerFeatureProvider
    {
        protected override bool IsController(System.Reflection.TypeInfo typeInfo) => typeInfo.AsType() == typeof(ActiveController);
    }

    [Authorize]
    internal sealed class ActiveHub : Hub
    {
        [RequireActiveToken]
        public string Write() => "written";
    }

    [ApiController]
    [Route("orders")]
    internal sealed class ActiveController : ControllerBase
    {
        [HttpGet("active")]
        [RequireActiveToken]
        public string Active() => "active";
    }
}
