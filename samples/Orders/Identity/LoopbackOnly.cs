using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace Orders.Identity;

/// <summary>
/// Prevents the start of an API that trusts a gateway if it would listen on an address that other machines can reach. They could
/// impersonate any user.
/// </summary>
internal sealed class LoopbackOnly(IServer server, IConfiguration configuration) : IStartupFilter
{
    /// <inheritdoc />
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        Check();
        next(app);
    };

    private void Check()
    {
        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            throw new InvalidOperationException(
                "With Identity=Gateway, set the addresses in Urls, not in Kestrel:Endpoints, because only Urls is checked.");
        }

        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (addresses.Count == 0 || addresses.FirstOrDefault(address => !IsLoopback(address)) is not null)
        {
            throw new InvalidOperationException(
                $"With Identity=Gateway this API trusts every client, and it would listen on \"{string.Join(';', addresses)}\". "
                + "Set Urls to a loopback address, such as http://127.0.0.1:5081, or set Identity=Token.");
        }
    }

    private static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host.Trim('[', ']');
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }
}
