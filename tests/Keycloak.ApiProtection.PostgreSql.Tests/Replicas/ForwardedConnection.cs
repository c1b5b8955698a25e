using System.Net;
using System.Net.Sockets;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Replicas;

/// <summary>One connection of a <see cref="TcpProxy"/>.</summary>
internal sealed class ForwardedConnection(Socket client) : IDisposable
{
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private volatile bool _lost;

    public void Lose() => _lost = true;

    public async Task RunAsync(int target, CancellationToken cancellationToken)
    {
        try
        {
            client.NoDelay = true;
            await _server.ConnectAsync(IPAddress.Loopback, target, cancellationToken);
            await Task.WhenAll(ForwardAsync(client, _server, cancellationToken), ForwardAsync(_server, client, cancellationToken));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        client.Dispose();
        _server.Dispose();
    }

    private async Task ForwardAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (_lost)
            {
                // Whatever is sent from now on, even the end of the connection, does not arrive.
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            await to.SendAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        if (!_lost)
        {
            to.Shutdown(SocketShutdown.Send);
        }
    }
}
