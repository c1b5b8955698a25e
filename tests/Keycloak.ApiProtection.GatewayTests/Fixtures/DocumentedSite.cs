using Gateway.Servers;
using Keycloak.ApiProtection.GatewayTests.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.GatewayTests.Fixtures;

/// <summary>
/// The NGINX configuration of docs/token-check.md, with other ports. Its check accepts every request, so a rejection is NGINX's own. Its
/// API responds with the request target that it received.
/// </summary>
public sealed class DocumentedSite : IAsyncLifetime
{
    private readonly DocumentedNginx _nginx = new();
    private WebApplication? _check;
    private WebApplication? _api;

    public async ValueTask InitializeAsync()
    {
        if (NginxInstallation.Find(out _) is not { } installation)
        {
            return;
        }

        var ports = FreePorts.Find(3);
        _check = await ServeAsync(ports[1], _ => string.Empty);
        _api = await ServeAsync(ports[2], context => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        var blocks = DocumentedNginx.BlocksOf("token-check.md");
        _nginx.Write("token-check.conf", blocks[0]);
        _nginx.Write("token-headers.conf", blocks[1]);
        await _nginx.StartAsync(installation, ports[0], blocks[2]
            .Replace("127.0.0.1:5100", ports[0].Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:5101", ports[1].Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:5102", ports[2].Authority, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _nginx.DisposeAsync();
        await (_check?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    public Task<RawAnswer> GetAsync(string target)
    {
        Assert.SkipWhen(NginxInstallation.Find(out var reason) is null, reason);
        return RawHttp.SendAsync(_nginx.Address, Request.Get(target));
    }

    private static async Task<WebApplication> ServeAsync(Uri address, Func<HttpContext, string> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address.AbsoluteUri);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(answer(context)));
        await app.StartAsync();
        return app;
    }
}
