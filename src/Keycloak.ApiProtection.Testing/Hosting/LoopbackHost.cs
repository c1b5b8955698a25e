using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Testing.Hosting;

/// <summary>Kestrel on 127.0.0.1 only, regardless of <c>ASPNETCORE_URLS</c> and configuration files.</summary>
internal sealed class LoopbackHost : IRealmHost
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, ConnectionContext> _connections;

    private LoopbackHost(WebApplication application, ConcurrentDictionary<string, ConnectionContext> connections, Uri baseAddress)
    {
        _application = application;
        _connections = connections;
        BaseAddress = baseAddress;
    }

    public Uri BaseAddress { get; }

    public static async Task<LoopbackHost> StartAsync(RealmApplication realm, int port, CancellationToken cancellation)
    {
        var connections = new ConcurrentDictionary<string, ConnectionContext>(StringComparer.Ordinal);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Use(next => async connection =>
            {
                connections[connection.ConnectionId] = connection;
                try
                {
                    await next(connection).ConfigureAwait(false);
                }
                finally
                {
                    connections.TryRemove(connection.ConnectionId, out _);
                }
            }));
        });
        var application = builder.Build();
        application.Run(realm.HandleAsync);
        try
        {
            await application.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw new InvalidOperationException(
                $"Port {port} on 127.0.0.1 is already in use. Choose another port, or 0 for any free port.", exception);
        }

        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new LoopbackHost(application, connections, new Uri(address));
    }

    public HttpMessageHandler CreateHandler() => new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };

    public void DropConnections()
    {
        foreach (var connection in _connections.Values)
        {
            connection.Abort();
        }
    }

    public async ValueTask DisposeAsync()
    {
        DropConnections();
        await _application.DisposeAsync().ConfigureAwait(false);
    }
}
