using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgreSqlFixture))]

namespace Keycloak.ApiProtection.PostgreSql.Tests.Server;

/// <summary>One server for all tests that do not stop it. Each test has a schema of its own.</summary>
public sealed class PostgreSqlFixture : IAsyncLifetime
{
    private readonly string? _missing;
    private PostgreSqlServer? _server;

    public PostgreSqlFixture() => _missing = PostgreSqlInstallation.Find(out var reason) is null ? reason : null;

    /// <summary>The server. The test is skipped if PostgreSQL is not installed.</summary>
    public PostgreSqlServer Server
    {
        get
        {
            Assert.SkipWhen(_missing is not null, _missing ?? string.Empty);
            return _server!;
        }
    }

    /// <summary>A server that the test may stop. The test is skipped if PostgreSQL is not installed.</summary>
    public static async Task<PostgreSqlServer> StartServerAsync()
    {
        var installation = PostgreSqlInstallation.Find(out var reason);
        Assert.SkipWhen(installation is null, reason);
        return await PostgreSqlServer.StartAsync(installation!, TestContext.Current.CancellationToken);
    }

    public async ValueTask InitializeAsync()
    {
        if (PostgreSqlInstallation.Find(out _) is { } installation)
        {
            _server = await PostgreSqlServer.StartAsync(installation, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
