using System.Net.Sockets;
using System.Text;

namespace Keycloak.ApiProtection.GatewayTests.Clients;

/// <summary>Sends requests without changes. An HTTP client would correct malformed ones.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Sends the request and reads until the server closes the connection, so the request must contain <c>Connection: close</c> or be
    /// malformed.
    /// </summary>
    public static async Task<RawAnswer> SendAsync(Uri server, string request)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, timeout.Token);
        var stream = client.GetStream();
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), timeout.Token);
            await stream.CopyToAsync(answer, timeout.Token);
        }
        catch (IOException)
        {
            // The server rejected the request before reading all of it. The response so far counts.
        }

        return new RawAnswer(Encoding.Latin1.GetString(answer.ToArray()));
    }
}
