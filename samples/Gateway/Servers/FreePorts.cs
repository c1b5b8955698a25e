using System.Net;
using System.Net.Sockets;

namespace Gateway.Servers;

/// <summary>
/// Finds free TCP ports below the range that the system uses for outgoing connections, so that a restarted server can reuse its port.
/// </summary>
internal static class FreePorts
{
    private const int First = 20_000;
    private const int Last = 32_000;

    /// <summary>
    /// Finds free ports and returns them as addresses of 127.0.0.1. All ports are held at the same time, so they are distinct.
    /// </summary>
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
