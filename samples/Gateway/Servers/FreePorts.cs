using System.Net;
using System.Net.Sockets;

namespace Gateway.Servers;

/// <summary>Ports that nobody listens on, below those that the system gives to outgoing connections: so that a server can come back to its own.</summary>
internal static class FreePorts
{
    private const int First = 20_000;
    private const int Last = 32_000;

    /// <summary>Finds some, as addresses of 127.0.0.1. They are held together, so all are different.</summary>
    public static Uri[] Find(int count)
    {
        var held = new List<Socket>();
        try
        {
            while (held.Count < count)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    socket.Bind(new IPEndPoint(IPAddress.Loopback, Random.Shared.Next(First, Last)));
                    socket.Listen();
                    held.Add(socket);
                }
                catch (SocketException)
                {
                    socket.Dispose();
                }
            }

            return [.. held.Select(socket => new Uri($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}"))];
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }
    }
}
