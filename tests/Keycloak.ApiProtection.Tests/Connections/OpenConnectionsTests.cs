using System.Net.WebSockets;
using System.Text;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Tests.Revocation;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

#pragma warning disable CA1822 // hub methods must be instance methods

namespace Keycloak.ApiProtection.Tests.Connections;

public sealed class OpenConnectionsTests
{
    [Fact]
    public async Task An_open_hub_connection_is_closed_when_its_session_is_revoked_and_others_stay_open()
    {
        await using var app = await StartAsync(services => services.AddSignalR().AddKeycloakRevocations());
        var token = KeycloakRevocationsTests.Token(app);
        using var revoked = await ConnectAsync(app, token);
        using var other = await ConnectAsync(app, token.WithText("sid", "session-2").WithText("jti", "token-2"));

        app.Services.GetRequiredService<IKeycloakRevocations>().RevokeSession("session-1");

        Assert.Contains("\"type\":7", await ReadToEndAsync(revoked), StringComparison.Ordinal);
        await SendAsync(other, """{"type":1,"invocationId":"2","target":"Ping","arguments":[]}""");
        Assert.Contains("pong", await ReadUntilAsync(other, "\"invocationId\":\"2\""), StringComparison.Ordinal);
        var again = await Assert.ThrowsAsync<InvalidOperationException>(() => ConnectAsync(app, token));
        Assert.Contains("401", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_connection_closed_by_the_client_leaves_no_watch()
    {
        await using var app = await StartAsync(services => services.AddSignalR().AddKeycloakRevocations());
        var revocations = (KeycloakRevocations)app.Services.GetRequiredService<IKeycloakRevocations>();
        using var socket = await ConnectAsync(app, KeycloakRevocationsTests.Token(app));
        Assert.Equal(1, revocations.Watches);

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);
        await app.Services.GetRequiredService<Departures>().Left.Reader.ReadAsync(Cancellation);

        // The hub filter wraps the hub, so the filter has already removed its watch.
        Assert.Equal(0, revocations.Watches);
    }

    [Fact]
    public async Task A_stream_is_notified_when_its_token_is_revoked()
    {
        await using var app = await StartAsync(_ => { });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/stream");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {KeycloakRevocationsTests.Token(app).Text}");
        using var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        Assert.Equal("open", await reader.ReadLineAsync(Cancellation));

        app.Services.GetRequiredService<IKeycloakRevocations>().RevokeUser("user-1");

        Assert.Equal("revoked", await reader.ReadLineAsync(Cancellation));
        Assert.Null(await reader.ReadLineAsync(Cancellation));
        Assert.Equal(0, ((KeycloakRevocations)app.Services.GetRequiredService<IKeycloakRevocations>()).Watches);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<ProtectedApp> StartAsync(Action<IServiceCollection> configure) => ProtectedApp.StartAsync(
        services =>
        {
            services.AddKeycloakBearer();
            services.AddSingleton<Departures>();
            configure(services);
        },
        app =>
        {
            if (app.Services.GetService<HubLifetimeManager<PingHub>>() is not null)
            {
                app.MapHub<PingHub>("/ping");
            }

            app.MapGet("/stream", (RequestDelegate)(async context =>
            {
                var revoked = context.GetRevocationToken();
                await context.Response.WriteAsync("open\n", CancellationToken.None);
                await context.Response.Body.FlushAsync(CancellationToken.None);
                var ended = new TaskCompletionSource();
                await using var registration = revoked.Register(ended.SetResult);
                await ended.Task;
                await context.Response.WriteAsync("revoked\n", CancellationToken.None);
            })).RequireAuthorization();
        });

    private static async Task<WebSocket> ConnectAsync(ProtectedApp app, SignedToken token)
    {
        var client = app.Server.CreateWebSocketClient();
        client.ConfigureRequest = request => request.Headers.Authorization = $"Bearer {token.Text}";
        var socket = await client.ConnectAsync(new Uri(app.Server.BaseAddress, "/ping"), Cancellation);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        await SendAsync(socket, """{"type":1,"invocationId":"1","target":"Ping","arguments":[]}""");
        await ReadUntilAsync(socket, "\"invocationId\":\"1\"");
        return socket;
    }

    private static Task SendAsync(WebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message + '\u001e'), WebSocketMessageType.Text, endOfMessage: true, Cancellation);

    private static async Task<string> ReadUntilAsync(WebSocket socket, string expected)
    {
        var received = new StringBuilder();
        var buffer = new byte[4096];
        while (!received.ToString().Contains(expected, StringComparison.Ordinal))
        {
            var frame = await socket.ReceiveAsync(buffer, Cancellation);
            Assert.NotEqual(WebSocketMessageType.Close, frame.MessageType);
            received.Append(Encoding.UTF8.GetString(buffer, 0, frame.Count));
        }

        return received.ToString();
    }

    private static async Task<string> ReadToEndAsync(WebSocket socket)
    {
        var received = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var frame = await socket.ReceiveAsync(buffer, Cancellation);
            if (frame.MessageType == WebSocketMessageType.Close)
            {
                return received.ToString();
            }

            received.Append(Encoding.UTF8.GetString(buffer, 0, frame.Count));
        }
    }

    [Authorize]
    public sealed class PingHub(Departures departures) : Hub
    {
        public string Ping() => "pong";

        public override Task OnDisconnectedAsync(Exception? exception)
        {
            departures.Left.Writer.TryWrite(Context.ConnectionId);
            return Task.CompletedTask;
        }
    }

    /// <summary>Connections that left the hub of this application. Each test has its own, so that tests do not affect each other.</summary>
    public sealed class Departures
    {
        public System.Threading.Channels.Channel<string> Left { get; } = System.Threading.Channels.Channel.CreateUnbounded<string>();
    }
}
