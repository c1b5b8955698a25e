using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace Orders.Identity;

/// <summary>Stops the start of an API that believes a gateway and would listen to others, too: they could say that they are anybody.</summary>
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
            throw new InvalidOperationException("With Identity=Gateway the addresses must stand in the setting Urls, not in Kestrel:Endpoints: only there they are checked.");
        }

        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (addresses.Count == 0 || addresses.FirstOrDefault(address => !IsLoopback(address)) is not null)
        {
            throw new InvalidOperationException(
                $"With Identity=Gateway this API believes whoever reaches it, and it would listen on \"{string.Join(';', addresses)}\". Set Urls to an address of this machine only, such as "
                + "http://127.0.0.1:5081, or set Identity=Token.");
        }
    }

    private static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host.Trim('[', ']');
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }
}
