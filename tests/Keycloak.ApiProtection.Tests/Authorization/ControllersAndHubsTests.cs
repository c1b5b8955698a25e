using System.Net.WebSockets;
using System.Text;
using Keycloak.ApiProtection.Tests.Claims;
using Keycloak.ApiProtection.Tests.Examples;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

#pragma warning disable CA1822 // actions and hub methods must be instance methods

namespace Keycloak.ApiProtection.Tests.Authorization;

public sealed class ControllersAndHubsTests
{
    public static TheoryData<string> Shapes => [PayloadAuthenticationHandler.OurShape, PayloadAuthenticationHandler.JwtBearerShape];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task All_attributes_on_controllers_and_actions_must_be_satisfied(string shape)
    {
        await using var api = await TestApi.StartAsync(app => app.MapControllers(), shape: shape, controllers: [typeof(OrdersController)]);
        Assert.Equal(200, await api.StatusAsync("/orders", CapturedTokens.Bob26));
        Assert.Equal(403, await api.StatusAsync("/orders/write", CapturedTokens.Bob26));
        Assert.Equal(403, await api.StatusAsync("/orders/named", CapturedTokens.Bob26));
        Assert.Equal(200, await api.StatusAsync("/orders/open"));
        foreach (var path in new[] { "/orders/write", "/orders/named", "/orders/staff" })
        {
            await api.AcceptsOnlyAlice(path);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Only_users_with_the_permission_can_connect_to_a_hub(string shape)
    {
        await using var api = await TestApi.StartAsync(app => app.MapHub<OrdersHub>("/hub"), services => services.AddSignalR(), shape);
        foreach (var (payload, status) in new[] { (null, 401), (CapturedTokens.Mallory26, 403), (CapturedTokens.Alice26, 200) })
        {
            using var client = api.Server.CreateClient();
            using var request = new HttpRequestMessage(HttpMethod.Post, "/hub/negotiate?negotiateVersion=1");
            if (payload is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", TestApi.Header(payload));
            }

            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(status, (int)response.StatusCode);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Only_users_with_the_permission_can_invoke_a_hub_method(string shape)
    {
        await using var api = await TestApi.StartAsync(app => app.MapHub<OrdersHub>("/hub"), services => services.AddSignalR(), shape);
        Assert.Contains("\"result\":\"written\"", await InvokeAsync(api, CapturedTokens.Alice26), StringComparison.Ordinal);
        Assert.Contains("user is unauthorized", await InvokeAsync(api, CapturedTokens.Bob26), StringComparison.Ordinal);
    }

    /// <summary>If it fails, the framework has changed, and decision 5 in docs/decisions can be reversed.</summary>
    [Fact]
    public async Task The_framework_does_not_enforce_requirement_data_on_a_hub_method()
    {
        await using var api = await TestApi.StartAsync(app => app.MapHub<OrdersHub>("/hub"), services => services.AddSignalR());
        Assert.Contains(
            "\"result\":\"not enforced\"", await InvokeAsync(api, CapturedTokens.Alice26, "Unprotected"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_attribute_is_an_authorize_attribute_so_that_it_protects_hub_methods() =>
        Assert.All(
            typeof(RequireScopeAttribute).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(Attribute))),
            attribute => Assert.True(attribute.IsSubclassOf(typeof(AuthorizeAttribute)), attribute.Name));

    private static async Task<string> InvokeAsync(TestApi api, string payload, string method = "Write")
    {
        var cancellation = TestContext.Current.CancellationToken;
        var client = api.Server.CreateWebSocketClient();
        client.ConfigureRequest = request => request.Headers.Authorization = TestApi.Header(payload);
        using var socket = await client.ConnectAsync(new Uri(api.Server.BaseAddress, "/hub"), cancellation);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        await SendAsync(socket, $$"""{"type":1,"invocationId":"1","target":"{{method}}","arguments":[]}""");

        var received = new StringBuilder();
        var buffer = new byte[4096];
        while (!received.ToString().Contains("\"type\":3", StringComparison.Ordinal))
        {
            var frame = await socket.ReceiveAsync(buffer, cancellation);
            Assert.NotEqual(WebSocketMessageType.Close, frame.MessageType);
            received.Append(Encoding.UTF8.GetString(buffer, 0, frame.Count));
        }

        return received.ToString();
    }

    private static Task SendAsync(WebSocket socket, string message) =>
        socket.SendAsync(
            Encoding.UTF8.GetBytes(message + '\u001e'),
            WebSocketMessageType.Text,
            endOfMessage: true,
            TestContext.Current.CancellationToken);

    [Route("orders")]
    [RequireScope("orders:read")]
    [RequireClientRole("reader")]
    public sealed class OrdersController : ControllerBase
    {
        [HttpGet]
        public string Get() => "ok";

        [HttpGet("write")]
        [RequireClientRole("writer")]
        public string Write() => "ok";

        [HttpGet("named")]
        [Authorize(Policy = "client-role:orders-api/writer")]
        public string Named() => "ok";

        [HttpGet("staff")]
        [RequireRealmRole("admin")]
        [RequireGroup("/staff")]
        [RequireOrganization("acme")]
        public string Staff() => "ok";

        [HttpGet("open")]
        [AllowAnonymous]
        public string Open() => "ok";
    }

    [RequireScope("orders:read")]
    public sealed class OrdersHub : Hub
    {
        [RequireClientRole("writer")]
        public string Write() => "written";

        [NobodyMayCall]
        public string Unprotected() => "not enforced";
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NobodyMayCallAttribute : Attribute, IAuthorizationRequirementData
    {
        public IEnumerable<IAuthorizationRequirement> GetRequirements() => [new AssertionRequirement(_ => false)];
    }
}
