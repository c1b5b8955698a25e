using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Keycloak.ApiProtection.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Replicas;

/// <summary>
/// Three replicas of an API behind NGINX, with a PostgreSQL server and a realm. Keycloak sends logouts to the first replica only. The
/// second one reaches the database through a proxy. Tests are skipped if NGINX or PostgreSQL is not installed.
/// </summary>
public sealed class ReplicaSystem : IAsyncLifetime
{
    private readonly string? _missing;
    private PostgreSqlServer? _server;
    private KeycloakRealm? _realm;
    private Replica[] _replicas = [];
    private Nginx? _nginx;
    private TcpProxy? _proxy;

    public ReplicaSystem()
    {
        _missing = PostgreSqlInstallation.Find(out var reason) is null ? reason
            : Nginx.Program is null ? "NGINX is required. On Debian and Ubuntu: apt-get install nginx-light."
            : null;
    }

    public PostgreSqlServer Server
    {
        get
        {
            Assert.SkipWhen(_missing is not null, _missing ?? string.Empty);
            return _server!;
        }
    }

    /// <summary>
    /// After a logout was answered with 200, no replica accepts its token for longer. While the journal cannot be read, tokens are
    /// introspected, and a response may be as old as <c>MaxSilence</c>. Some seconds are added for a machine that is busy.
    /// </summary>
    internal static TimeSpan Bound => (Replica.MaxSilence * 2) + TimeSpan.FromSeconds(5);

    internal IReadOnlyList<Replica> Replicas => _replicas;

    internal TcpProxy Proxy => _proxy!;

    private KeycloakRealm Realm => _realm!;

    public async ValueTask InitializeAsync()
    {
        if (_missing is not null)
        {
            return;
        }

        _server = await PostgreSqlServer.StartAsync(PostgreSqlInstallation.Find(out _)!, CancellationToken.None);
        _realm = await KeycloakRealm.StartAsync(new KeycloakRealmOptions { Logger = NullLogger.Instance });
        _proxy = new TcpProxy(_server.Port);
        int?[] ports = [null, _proxy.Port, null];
        _replicas = [.. ports.Select(port => new Replica(_realm, FreePort.Find(), _server.ConnectionStringOf("postgres", port)))];
        await Task.WhenAll(_replicas.Select(replica => replica.StartAsync(CancellationToken.None)));
        _realm.Clients.SetAttribute("cli", "backchannel.logout.url", $"{_replicas[0].Address}.keycloak/backchannel-logout");
        _nginx = await Nginx.StartAsync(Nginx.Program!, _replicas.Select(replica => replica.Address), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await (_nginx?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await (_proxy?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_realm?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>A token of a new session.</summary>
    internal string Token() => Realm.Token("alice").For("cli").Create();

    /// <summary>A token of a new session that each replica has accepted.</summary>
    internal async Task<string> AcceptedTokenAsync()
    {
        var token = Token();
        foreach (var replica in _replicas)
        {
            Assert.Equal(HttpStatusCode.OK, await replica.GetAsync(token, TestContext.Current.CancellationToken));
        }

        return token;
    }

    /// <summary>Starts requests with good tokens of other sessions.</summary>
    internal Load StartLoad() => new(_nginx!.Address, [.. Enumerable.Range(0, 20).Select(_ => Token())]);

    /// <summary>Ends the session of a token in Keycloak, which tells the first replica.</summary>
    /// <returns>The status of the first replica's response; null if there was none.</returns>
    internal async Task<int?> LogOutAsync(string token)
    {
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
        var session = payload.RootElement.GetProperty("sid").GetString()!;
        var sent = Realm.Pushes.Count;
        Assert.True(await Task.Run(() => Realm.Sessions.End(session)));
        return Assert.Single(Realm.Pushes.Skip(sent)).Status;
    }

    /// <summary>Sends requests until the replica rejects the token.</summary>
    /// <returns>The time until the first request that was rejected. Later requests must be rejected, too.</returns>
    internal static async Task<TimeSpan> UntilRejectedAsync(Replica replica, string token, long since)
    {
        var time = TimeProvider.System;
        while (true)
        {
            var begin = time.GetElapsedTime(since);
            var status = await replica.GetAsync(token, TestContext.Current.CancellationToken);
            if (status == HttpStatusCode.Unauthorized)
            {
                Assert.Equal(HttpStatusCode.Unauthorized, await replica.GetAsync(token, TestContext.Current.CancellationToken));
                return time.GetElapsedTime(since);
            }

            Assert.True(begin < Bound, $"A replica answered {status} {begin} after the logout.");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
