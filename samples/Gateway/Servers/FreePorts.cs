using System.Net;
using System.Net.Sockets;

namespace Gateway.Servers;

/// <summary>Ports that nobody listened on a moment ago, all different because they are held together.</summary>
internal static class FreePorts
{
    /// <summary>Finds some, as addresses of 127.0.0.1.</summary>
    public static Uri[] Find(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"))];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
