using System.Globalization;
using Gateway.Realms;
using Gateway.Servers;
using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Keycloak.ApiProtection.Testing;

namespace Replicas;

/// <summary>
/// Runs PostgreSQL, NGINX and three replicas of an API, each as a process on a free port of 127.0.0.1, and the embedded realm. The replicas
/// are processes, and not three hosts in this process, so that a restarted one has really forgotten everything. All processes end when this
/// object is disposed, and also when this process ends.
/// </summary>
internal sealed class ReplicatedSystem : IAsyncDisposable
{
    /// <summary>The client that users log in to. Keycloak sends its logouts to NGINX.</summary>
    public const string LoginClient = "cli";

    private const string Api = "orders-api";

    private readonly string _folder = Directory.CreateTempSubdirectory("replicas-").FullName;
    private readonly List<IAsyncDisposable> _started = [];

    private ReplicatedSystem(KeycloakRealm realm)
    {
        Realm = realm;
        Tokens = new TokenEndpoint(new Uri(realm.Issuer));
        _started.Add(realm);
    }

    /// <summary>The realm <c>demo</c>.</summary>
    public KeycloakRealm Realm { get; }

    /// <summary>The client for the realm's token endpoint.</summary>
    public TokenEndpoint Tokens { get; }

    /// <summary>The database with the journal.</summary>
    public PostgreSqlServer Database { get; private set; } = null!;

    /// <summary>NGINX, which sends requests to the replicas in turn.</summary>
    public ServerProcess Nginx { get; private set; } = null!;

    /// <summary>The replicas, which are also reachable directly.</summary>
    public IReadOnlyList<ServerProcess> Replicas { get; private set; } = [];

    /// <summary>NGINX's log of requests: method, path, status and replica.</summary>
    public string AccessLog => Path.Combine(_folder, "access.log");

    /// <summary>Starts all servers and waits until they respond.</summary>
    /// <exception cref="InvalidOperationException">
    /// PostgreSQL or NGINX is missing, or a server ended during its start. The message contains the remedy or the server's output.
    /// </exception>
    public static async Task<ReplicatedSystem> StartAsync(CancellationToken cancellation)
    {
        var postgreSql = PostgreSqlInstallation.Find(out var reason) ?? throw new InvalidOperationException(reason);
        var nginx = NginxInstallation.FindProgram()
            ?? throw new InvalidOperationException("NGINX is required. On Debian and Ubuntu: apt-get install nginx-light.");
        var realm = await KeycloakRealm.StartAsync(new KeycloakRealmOptions { Environment = "Development" }, cancellation);
        var system = new ReplicatedSystem(realm);
        try
        {
            await system.StartAsync(postgreSql, nginx, cancellation);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gets the number of a replica from its host and port.</summary>
    public int NumberOf(string authority) => Replicas.TakeWhile(replica => replica.Address.Authority != authority).Count() + 1;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _started.AsEnumerable().Reverse())
        {
            await server.DisposeAsync();
        }

        Tokens.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(PostgreSqlInstallation postgreSql, string nginx, CancellationToken cancellation)
    {
        Database = Started(await PostgreSqlServer.StartAsync(postgreSql, cancellation));
        var addresses = FreePorts.Find(4);
        Replicas = await Task.WhenAll(addresses[1..].Select((address, index) => ReplicaAsync(index + 1, address, cancellation)));
        Nginx = Started(await NginxServer.StartAsync(
            nginx,
            addresses[0],
            _folder,
            new Dictionary<string, string>
            {
                ["REPLICA_A"] = Replicas[0].Address.Authority,
                ["REPLICA_B"] = Replicas[1].Address.Authority,
                ["REPLICA_C"] = Replicas[2].Address.Authority,
            },
            cancellation));

        // As an administrator does in the console: the client's "Backchannel logout URL". Keycloak has only one.
        Realm.Clients.SetBackchannelLogoutUrl(LoginClient, new Uri(Nginx.Address, ".keycloak/backchannel-logout"));
    }

    private async Task<ServerProcess> ReplicaAsync(int number, Uri address, CancellationToken cancellation)
    {
        var keycloak = Realm.Configuration(Api).Select(setting => KeyValuePair.Create(setting.Key, setting.Value!));
        return Started(await SampleProgram.StartAsync(
            "ReplicatedApi",
            string.Create(CultureInfo.InvariantCulture, $"replica-{number}"),
            address,
            _folder,
            [
                .. keycloak,
                new("ConnectionStrings:Journal", Database.ConnectionString),

                // Shorter than the defaults (5 and 15 seconds), so that the tour is short.
                new("Journal:PollInterval", "00:00:01"),
                new("Journal:MaxSilence", "00:00:03"),
            ],
            cancellation));
    }

    private T Started<T>(T server)
        where T : IAsyncDisposable
    {
        lock (_started)
        {
            _started.Add(server);
        }

        return server;
    }
}
