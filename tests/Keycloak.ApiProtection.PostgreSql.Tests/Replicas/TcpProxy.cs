using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Replicas;

/// <summary>Forwards connections to a port, until it is told to lose everything that is sent on them.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentBag<ForwardedConnection> _connections = [];
    private readonly Task _accepting;

    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The connections that are open now stay open, but nothing arrives on them. Later connections work.</summary>
    public void LoseOpenConnections()
    {
        foreach (var connection in _connections)
        {
            connection.Lose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Dispose();
        await _accepting;
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }

        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopped.Token);
                var connection = new ForwardedConnection(client);
                _connections.Add(connection);
                _ = connection.RunAsync(_target, _stopped.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy has stopped.
        }
    }
}
