using System.Net;
using System.Net.Sockets;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Server;

/// <summary>Ports below the range of outgoing connections, so that a server that was stopped can use its port again.</summary>
internal static class FreePort
{
    public static int Find()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var port = Random.Shared.Next(20_000, 32_000);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Another process has it.
            }
        }
    }
}
