using System.Net.Sockets;
using System.Text;

namespace Keycloak.ApiProtection.GatewayTests.Clients;

/// <summary>Sends bytes as they are: an HTTP client would put them in order first.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends, and reads until the other side closes; so a request has to say <c>Connection: close</c>, or be refused.</summary>
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
            // Refused before everything was read: what was answered until then counts.
        }

        return new RawAnswer(Encoding.Latin1.GetString(answer.ToArray()));
    }
}
