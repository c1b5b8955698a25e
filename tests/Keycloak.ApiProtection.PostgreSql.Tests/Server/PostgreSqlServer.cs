using System.Diagnostics;
using System.Globalization;
using Keycloak.ApiProtection.Testing.Servers;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Server;

/// <summary>A PostgreSQL server in a temporary folder, on a free port of 127.0.0.1. It ends with this process.</summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    // initdb and postgres do not run as root.
    private const string Unprivileged = "nobody";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly PostgreSqlInstallation _installation;
    private readonly bool _syncs;
    private readonly string _folder = Directory.CreateTempSubdirectory("postgresql-").FullName;
    private GuardedProcess? _process;

    private PostgreSqlServer(PostgreSqlInstallation installation, int port, bool syncs = false)
    {
        _installation = installation;
        _syncs = syncs;
        Port = port;
    }

    public int Port { get; }

    /// <summary>The connection string of the superuser.</summary>
    public string ConnectionString => ConnectionStringOf("postgres");

    public bool IsRunning => _process is { HasExited: false };

    private string DataFolder => Path.Combine(_folder, "data");

    private string LogFile => Path.Combine(_folder, "log");

    /// <summary>Creates a database and starts its server.</summary>
    /// <param name="installation">The installation to start.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <param name="syncs">Whether commits wait for the disk, as by default in PostgreSQL. Tests do not need it.</param>
    public static async Task<PostgreSqlServer> StartAsync(
        PostgreSqlInstallation installation, CancellationToken cancellationToken, bool syncs = false)
    {
        var server = new PostgreSqlServer(installation, FreePort.Find(), syncs);
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync(["chown", Unprivileged, server._folder], cancellationToken);
            }

            await RunAsync(
                [
                    .. AsUser(), installation.Program("initdb"), "-D", server.DataFolder, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                    "--locale=C", "--no-sync",
                ],
                cancellationToken);
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a standby of this server, which replicates asynchronously, and starts it.</summary>
    public async Task<PostgreSqlServer> StartStandbyAsync(CancellationToken cancellationToken)
    {
        var standby = new PostgreSqlServer(_installation, FreePort.Find());
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync(["chown", Unprivileged, standby._folder], cancellationToken);
            }

            await RunAsync(
                [
                    .. AsUser(), _installation.Program("pg_basebackup"), "-D", standby.DataFolder, "-R", "--no-sync", "-c", "fast",
                    "-d", $"host=127.0.0.1 port={Port} user=postgres",
                ],
                cancellationToken);
            await standby.StartAsync(cancellationToken);
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string of a role. Another port is that of a proxy.</summary>
    public string ConnectionStringOf(string role, int? port = null) =>
        $"Host=127.0.0.1;Port={port ?? Port};Username={role};Database=postgres;Timeout=5;Command Timeout=20;Maximum Pool Size=20";

    /// <summary>Starts the server again on the same port after <see cref="StopAsync"/>.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        string[] settings =
        [
            "listen_addresses=127.0.0.1", $"port={Port.ToString(CultureInfo.InvariantCulture)}", "unix_socket_directories=",
            $"fsync={(_syncs ? "on" : "off")}", "max_connections=100", "shared_buffers=16MB", "max_prepared_transactions=10",
        ];
        string[] program = [.. AsUser(), _installation.Program("postgres"), "-D", DataFolder];
        _process = GuardedProcess.Start([.. program, .. settings.SelectMany(setting => (string[])["-c", setting])], [], LogFile, _folder);
        var started = Stopwatch.StartNew();
        while (!await AnswersAsync(cancellationToken))
        {
            if (_process.HasExited || started.Elapsed > StartTimeout)
            {
                var log = await File.ReadAllTextAsync(LogFile, cancellationToken);
                throw new InvalidOperationException($"PostgreSQL did not start:\n{log}");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>Stops the server: all connections are closed.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;

            // SIGINT is PostgreSQL's fast shutdown. SIGTERM would wait for its clients.
            var id = process.Id.ToString(CultureInfo.InvariantCulture);
            await RunAsync(["kill", "-INT", id], CancellationToken.None, ignoreFailure: true);
            var stopping = Stopwatch.StartNew();
            while (!process.HasExited && stopping.Elapsed < StartTimeout)
            {
                await Task.Delay(20);
            }

            await process.DisposeAsync();
        }
    }

    /// <summary>Kills a server process of a connection. PostgreSQL then ends all connections and recovers as after a crash.</summary>
    public async Task CrashAsync(CancellationToken cancellationToken)
    {
        await using (var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false"))
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await RunAsync(["kill", "-KILL", connection.ProcessID.ToString(CultureInfo.InvariantCulture)], cancellationToken);
            while (await IsConnectedAsync(connection, cancellationToken))
            {
                await Task.Delay(20, cancellationToken);
            }
        }

        while (!await AnswersAsync(cancellationToken))
        {
            await Task.Delay(50, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<bool> IsConnectedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new NpgsqlCommand("select 1", connection);
            await command.ExecuteScalarAsync(cancellationToken);
            return true;
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            return false;
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        try
        {
            await using var command = source.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static string[] AsUser() =>
        Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={Unprivileged}", "--regid=nogroup", "--clear-groups"] : [];

    private static async Task RunAsync(string[] command, CancellationToken cancellationToken, bool ignoreFailure = false)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0 && !ignoreFailure)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}: {await output} {await errors}");
        }
    }
}
