using System.Net;
using System.Net.Sockets;

namespace Keycloak.ApiProtection.Testing.Servers;

/// <summary>
/// A real Keycloak on 127.0.0.1, started from an unpacked distribution without Docker. It runs until this object is disposed or this
/// process ends. The distribution must be built (<c>kc.sh build</c>). With the database <c>dev-mem</c>, each start creates an empty server.
/// </summary>
/// <remarks>Requires bash and the Java version that this version of Keycloak needs: 17 or later.</remarks>
public sealed class KeycloakServer : IAsyncDisposable
{
    private const int StartAttempts = 3;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly GuardedProcess _process;

    private KeycloakServer(KeycloakDistribution distribution, GuardedProcess process, string logFile, int port, int? tlsPort)
    {
        Distribution = distribution;
        _process = process;
        LogFile = logFile;
        BaseAddress = new Uri($"http://127.0.0.1:{port}");
        TlsAddress = tlsPort is null ? null : new Uri($"https://127.0.0.1:{tlsPort}");
        Admin = new KeycloakAdmin(BaseAddress);
    }

    /// <summary>The distribution that was started.</summary>
    public KeycloakDistribution Distribution { get; }

    /// <summary>The server's address. The issuer of a realm is <c>{BaseAddress}realms/{realm}</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The server's address for TLS; null without <see cref="KeycloakServerOptions.Tls"/>.</summary>
    public Uri? TlsAddress { get; }

    /// <summary>The admin REST API, called as the server's first admin.</summary>
    public KeycloakAdmin Admin { get; }

    /// <summary>The file that contains the server's output.</summary>
    public string LogFile { get; }

    /// <summary>The id of the server's process group, for measuring or suspending the server.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts a server and waits until its admin can log in.</summary>
    /// <param name="distribution">The distribution to start; see <see cref="KeycloakDistribution.Find"/>.</param>
    /// <param name="options">The settings; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels waiting and stops the server.</param>
    /// <exception cref="InvalidOperationException">
    /// The server ended during the start. The message contains the end of its output.
    /// </exception>
    /// <exception cref="TimeoutException">The server was not ready in time. The message contains the end of its output.</exception>
    public static async Task<KeycloakServer> StartAsync(
        KeycloakDistribution distribution, KeycloakServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(distribution);
        options ??= new KeycloakServerOptions();
        for (var attempt = 1; ; attempt++)
        {
            var server = Launch(distribution, options);
            try
            {
                if (await server.IsReadyAsync(options.StartTimeout, cancellationToken).ConfigureAwait(false))
                {
                    return server;
                }

                // Another process may have taken a port that was free before. Try again with new ports.
                if (attempt == StartAttempts)
                {
                    throw new InvalidOperationException(server.Describe("ended during the start"));
                }

                await server.DisposeAsync().ConfigureAwait(false);
            }
            catch
            {
                await server.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>Kills the server. The data in its memory is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        Admin.Dispose();
    }

    private static KeycloakServer Launch(KeycloakDistribution distribution, KeycloakServerOptions options)
    {
        var free = FreePorts(3);
        var port = options.Port == 0 ? free[0] : options.Port;
        var log = options.LogFile ?? Path.Combine(Path.GetTempPath(), $"keycloak-{distribution.Version}-{port}.log");
        List<string> command =
        [
            distribution.Script,
            "start",
            "--optimized",
            "--http-enabled=true",
            "--hostname-strict=false",
            "--http-host=127.0.0.1",
            $"--http-port={port}",
        ];

        // Since version 25, health checks use a separate port, which must not be reachable from the network either.
        if (distribution.Version.Major >= 25)
        {
            command.AddRange(["--http-management-host=127.0.0.1", $"--http-management-port={free[1]}"]);
        }

        if (options.Tls is { } tls)
        {
            command.AddRange(
                [
                    $"--https-port={free[2]}",
                    $"--https-certificate-file={tls.CertificateFile}",
                    $"--https-certificate-key-file={tls.KeyFile}",
                ]);
            if (tls.TrustedClientsFile is not null)
            {
                command.Add($"--https-trust-store-file={tls.TrustedClientsFile}");
            }
        }

        command.AddRange(options.Arguments);
        Dictionary<string, string?> environment = new()
        {
            ["KC_CACHE"] = "local",
            ["JAVA_OPTS_APPEND"] = options.JavaOptions,

            // Both pairs of names: version 26 uses the first, earlier versions use the second.
            ["KC_BOOTSTRAP_ADMIN_USERNAME"] = KeycloakAdmin.UserName,
            ["KC_BOOTSTRAP_ADMIN_PASSWORD"] = KeycloakAdmin.Password,
            ["KEYCLOAK_ADMIN"] = KeycloakAdmin.UserName,
            ["KEYCLOAK_ADMIN_PASSWORD"] = KeycloakAdmin.Password,
        };
        return new KeycloakServer(
            distribution, GuardedProcess.Start(command, environment, log), log, port, options.Tls is null ? null : free[2]);
    }

    /// <summary>Returns false if the server ended. Throws an exception if it is not ready in time.</summary>
    private async Task<bool> IsReadyAsync(TimeSpan startTimeout, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(startTimeout, TimeProvider.System);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            while (!await Admin.CanLogInAsync(linked.Token).ConfigureAwait(false))
            {
                if (_process.HasExited)
                {
                    return false;
                }

                await Task.Delay(PollInterval, TimeProvider.System, linked.Token).ConfigureAwait(false);
            }

            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(Describe($"was not ready after {startTimeout.TotalSeconds} s"));
        }
    }

    private string Describe(string what) =>
        $"Keycloak {Distribution.Version} {what}. The end of {LogFile}:{Environment.NewLine}"
        + string.Join(Environment.NewLine, File.Exists(LogFile) ? File.ReadLines(LogFile).TakeLast(15) : []);

    /// <summary>Returns ports that were free a moment ago. They all differ because all listeners are open at the same time.</summary>
    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
