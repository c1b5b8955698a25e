using System.Net;
using System.Net.Sockets;
using System.Text;
using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;

namespace Keycloak.ApiProtection.GatewayTests;

/// <summary>The requests that an API receives, read by a listener on its port.</summary>
public sealed class ForwardedRequestTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    private static readonly string[] ByTheClient =
    [
        "X-Token-Subject: forged", "X-Token-Groups: forged", "X-Token-Anything: forged", "X_Token_Subject: forged",
        "X-Forwarded-User: forged", "X-HTTP-Method-Override: DELETE", "X-Original-URL: /forged",
        "Cookie: session=forged", "Forwarded: for=forged",
    ];

    [Theory]
    [InlineData(Way.Introspected)]
    [InlineData(Way.Checked)]
    public async Task An_api_behind_the_gateway_receives_the_gateways_identity_but_neither_the_token_nor_the_clients_headers(string way)
    {
        var token = await system.TokenAsync("bob");
        var received = await ReceivedByAsync(
            system.Article.OrdersBehind, way, Request.Get("/{way}/%65mail?a=%2F..", [Request.Bearer(token), .. ByTheClient]));

        Assert.StartsWith("GET /email?a=%2F.. HTTP/1.1\r\n", received, StringComparison.Ordinal);
        Assert.Contains($"X-Token-Subject: {system.Realm.UserId("bob")}\r\n", received, StringComparison.Ordinal);
        Assert.Contains("X-Token-Username: bob\r\n", received, StringComparison.Ordinal);
        Assert.Contains("orders:read", received.Replace("%3A", ":", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("write", received, StringComparison.Ordinal);
        Assert.DoesNotContain("forged", received, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("DELETE", received, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nAuthorization:", received, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(token, received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_that_verifies_tokens_itself_receives_the_token_and_no_identity_headers()
    {
        var token = await system.TokenAsync("bob");
        var received = await ReceivedByAsync(
            system.Article.OrdersDirect, Way.Direct, Request.Get("/{way}/email", [Request.Bearer(token), .. ByTheClient]));

        Assert.StartsWith("GET /email HTTP/1.1\r\n", received, StringComparison.Ordinal);
        Assert.Contains(Request.Bearer(token), received, StringComparison.Ordinal);
        Assert.DoesNotContain("forged", received, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("DELETE", received, StringComparison.Ordinal);
    }

    private async Task<string> ReceivedByAsync(Gateway.Servers.ServerProcess api, string way, string request)
    {
        await api.StopAsync();
        var listener = new TcpListener(IPAddress.Loopback, api.Address.Port);
        listener.Start();
        try
        {
            var answer = system.SendAsync(way, request);
            using var connection = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            var stream = connection.GetStream();
            var received = new StringBuilder();
            var buffer = new byte[16 * 1024];
            while (!received.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                var read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
                Assert.NotEqual(0, read);
                received.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }

            await stream.WriteAsync(
                "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            Assert.Equal(204, (await answer).Status);
            return received.ToString();
        }
        finally
        {
            listener.Stop();
            await api.StartAsync(TestContext.Current.CancellationToken);
        }
    }
}
