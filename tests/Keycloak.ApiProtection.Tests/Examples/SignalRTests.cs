using System.Net;
using System.Net.WebSockets;
using System.Text;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Examples;

/// <summary>Runs the program of docs/signalr.md.</summary>
public sealed class SignalRTests : IAsyncLifetime
{
    private DemoRealm _realm = null!;
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        _realm = await DemoRealm.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Keycloak:Authority"] = DemoRealm.Issuer,
            ["Keycloak:resource"] = DemoRealm.Audience,
            ["Keycloak:LoginClients:0"] = "storefront",
        });
        builder.Services.AddSingleton<TimeProvider>(_realm.Time);

        builder.Services.AddKeycloakBearer(options => options.QueryTokenPaths.Add("/hubs"));
        builder.Services.AddSignalR().AddKeycloakRevocations();

        builder.Services.AddSingleton<IHttpClientFactory>(_realm);
        var app = _app = builder.Build();

        app.MapHub<OrdersHub>("/hubs/orders", options => options.CloseOnAuthenticationExpiration = true);
        app.MapKeycloakEndpoints();

        await app.StartAsync(Cancellation);
    }

    [Fact]
    public async Task A_browser_opens_the_hub_with_a_token_in_the_query_and_calls_what_the_roles_permit()
    {
        using var alice = await ConnectAsync(Alice);
        await SendAsync(alice, """{"type":1,"invocationId":"1","target":"Change","arguments":[7]}""");
        Assert.Contains("\"target\":\"changed\",\"arguments\":[7]", await ReadAsync(alice, "\"target\":"), StringComparison.Ordinal);

        using var reader = await ConnectAsync(Alice.With("resource_access", "{}"));
        await SendAsync(reader, """{"type":1,"invocationId":"1","target":"Change","arguments":[8]}""");
        Assert.Contains("user is unauthorized", await ReadAsync(reader, "\"invocationId\":\"1\""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", HttpStatusCode.Unauthorized)]
    [InlineData("without the scope", HttpStatusCode.Forbidden)]
    [InlineData("query", HttpStatusCode.OK)]
    [InlineData("header", HttpStatusCode.OK)]
    [InlineData("query and header", HttpStatusCode.BadRequest)]
    public async Task The_negotiate_request_of_a_hub_is_authorized_like_any_other_request(string token, HttpStatusCode status)
    {
        using var client = _app.GetTestClient();
        var text = (token == "without the scope" ? Alice.WithText("scope", "email") : Alice).Text;
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            "/hubs/orders/negotiate?negotiateVersion=1" + (token is "none" or "header" ? "" : $"&access_token={text}"));
        if (token.Contains("header", StringComparison.Ordinal))
        {
            request.Headers.Add("Authorization", $"Bearer {text}");
        }

        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task An_open_connection_is_closed_when_its_token_is_revoked()
    {
        using var alice = await ConnectAsync(Alice.WithText("sid", "session-1"));

        _app.Services.GetRequiredService<IKeycloakRevocations>().RevokeSession("session-1");

        Assert.Contains("\"type\":7", await ReadAsync(alice, "\"type\":7"), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _realm.DisposeAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // SignalR compares "exp" with the clock of the machine, not with the clock of the realm. The token therefore expires in 2100.
    private SignedToken Alice => _realm.Alice.With("exp", "4102444800");

    private async Task<WebSocket> ConnectAsync(SignedToken token)
    {
        var server = _app.GetTestServer();
        var socket = await server.CreateWebSocketClient()
            .ConnectAsync(new Uri(server.BaseAddress, $"/hubs/orders?access_token={token.Text}"), Cancellation);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        return socket;
    }

    private static Task SendAsync(WebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message + '\u001e'), WebSocketMessageType.Text, endOfMessage: true, Cancellation);

    private static async Task<string> ReadAsync(WebSocket socket, string expected)
    {
        var received = new StringBuilder();
        var buffer = new byte[4096];
        while (!received.ToString().Contains(expected, StringComparison.Ordinal))
        {
            var frame = await socket.ReceiveAsync(buffer, Cancellation);
            Assert.True(frame.MessageType != WebSocketMessageType.Close, $"The connection was closed after: {received}");
            received.Append(Encoding.UTF8.GetString(buffer, 0, frame.Count));
        }

        return received.ToString();
    }
}
