using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Keycloak.ApiProtection.KeycloakTests.Servers;

/// <summary>A real Keycloak on free ports of 127.0.0.1 with an empty in-memory database, alive as long as this object and this process.</summary>
public sealed class KeycloakServer : IAsyncDisposable
{
    private const int StartAttempts = 3;

    /// <summary>
    /// Runs the server in a process group of its own and kills that group when the pipe to us closes: on disposal, and also when the test
    /// process is cancelled or killed, which leaves no chance to run code of ours. kc.sh may run java as a child, hence the group.
    /// </summary>
    private const string GuardScript = """
        set -m
        exec 3<&0
        "$@" </dev/null >>"$SERVER_LOG" 2>&1 3<&- &
        server=$!
        { read -r _ <&3; kill -KILL -- "-$server"; } >/dev/null 2>&1 &
        guard=$!
        exec 3<&- >/dev/null 2>&1
        wait "$server"
        status=$?
        kill -KILL -- "-$guard"
        exit "$status"
        """;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly Process _guard;
    private readonly string _log;

    private KeycloakServer(KeycloakDistribution distribution, Process guard, string log, ServerCertificates certificates, int port, int tlsPort)
    {
        Distribution = distribution;
        _guard = guard;
        _log = log;
        Certificates = certificates;
        BaseAddress = new Uri($"http://127.0.0.1:{port}");
        TlsAddress = new Uri($"https://127.0.0.1:{tlsPort}");
        Admin = new KeycloakAdmin(BaseAddress);
    }

    public KeycloakDistribution Distribution { get; }

    public Uri BaseAddress { get; }

    /// <summary>The same server over TLS. It asks for a client certificate where the distribution was built to (26).</summary>
    public Uri TlsAddress { get; }

    public ServerCertificates Certificates { get; }

    public KeycloakAdmin Admin { get; }

    public static async Task<KeycloakServer> StartAsync(KeycloakDistribution distribution, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var server = Launch(distribution);
            try
            {
                await server.WaitUntilReadyAsync(cancellationToken);
                return server;
            }
            catch (ServerExitedException) when (attempt < StartAttempts)
            {
                await server.DisposeAsync();   // a port that was free a moment ago may have been taken: new ports
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_guard.HasExited)
        {
            _guard.StandardInput.Close();
            using var patience = new CancellationTokenSource(StopTimeout);
            try
            {
                await _guard.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _guard.Kill(entireProcessTree: true);
            }
        }

        _guard.Dispose();
        Admin.Dispose();
        Certificates.Dispose();
    }

    private static KeycloakServer Launch(KeycloakDistribution distribution)
    {
        var (port, tlsPort, managementPort) = FreePorts();
        var folder = ServerFiles.CreateFolder($"keycloak-{distribution.Version}-{port}");
        var certificates = ServerCertificates.Create(folder);
        var log = Path.Combine(folder, "server.log");

        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, UseShellExecute = false };
        string[] arguments =
        [
            "-c", GuardScript, "keycloak-guard", Path.Combine(distribution.Home, "bin", "kc.sh"), "start", "--optimized",
            "--http-enabled=true", "--hostname-strict=false", "--http-host=127.0.0.1", $"--http-port={port}",
            $"--https-port={tlsPort}",
            $"--https-certificate-file={certificates.ServerCertificateFile}",
            $"--https-certificate-key-file={certificates.ServerKeyFile}",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (distribution.Version.Major >= 25)
        {
            start.ArgumentList.Add($"--https-trust-store-file={certificates.TrustedClientsFile}");
            start.ArgumentList.Add("--http-management-host=127.0.0.1");
            start.ArgumentList.Add($"--http-management-port={managementPort}");

            // Lets a request over TLS say that it belongs to the plain address, so that both have one issuer.
            start.ArgumentList.Add("--proxy-headers=xforwarded");

            // A server that lives for a minute never earns back what the optimizing compiler costs; 24 does, by how it hashes passwords.
            start.Environment["JAVA_OPTS_APPEND"] = "-XX:TieredStopAtLevel=1";
        }

        start.Environment["SERVER_LOG"] = log;
        start.Environment["KC_CACHE"] = "local";
        start.Environment["KC_BOOTSTRAP_ADMIN_USERNAME"] = start.Environment["KEYCLOAK_ADMIN"] = KeycloakAdmin.UserName;
        start.Environment["KC_BOOTSTRAP_ADMIN_PASSWORD"] = start.Environment["KEYCLOAK_ADMIN_PASSWORD"] = KeycloakAdmin.Password;

        return new KeycloakServer(distribution, Process.Start(start)!, log, certificates, port, tlsPort);
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StartTimeout);
        try
        {
            while (!await Admin.CanLogInAsync(patience.Token))
            {
                if (_guard.HasExited)
                {
                    throw new ServerExitedException(Describe("ended while it was starting"));
                }

                await Task.Delay(PollInterval, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(Describe($"was not ready after {StartTimeout.TotalSeconds} s"));
        }
    }

    private string Describe(string what) =>
        $"Keycloak {Distribution.Version} {what}. The end of {_log}:{Environment.NewLine}"
        + string.Join(Environment.NewLine, File.Exists(_log) ? File.ReadLines(_log).TakeLast(15) : []);

    /// <summary>Ports that nobody listened on a moment ago, all different because they are held together.</summary>
    private static (int Port, int TlsPort, int ManagementPort) FreePorts()
    {
        using TcpListener first = new(IPAddress.Loopback, 0), second = new(IPAddress.Loopback, 0), third = new(IPAddress.Loopback, 0);
        return (Take(first), Take(second), Take(third));

        static int Take(TcpListener listener)
        {
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
