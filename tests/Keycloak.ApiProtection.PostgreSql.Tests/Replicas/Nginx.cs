using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Keycloak.ApiProtection.Testing.Servers;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Replicas;

/// <summary>An NGINX that distributes requests over replicas.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private static readonly string[] Folders = ["/usr/sbin", "/usr/local/sbin", "/usr/local/nginx/sbin"];

    private readonly string _folder = Directory.CreateTempSubdirectory("replicas-").FullName;
    private readonly GuardedProcess _process;

    private Nginx(string program, int port, IEnumerable<Uri> replicas)
    {
        Address = new Uri($"http://127.0.0.1:{port}");
        Directory.CreateDirectory(Path.Combine(_folder, "temp"));
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"), Configuration(port, replicas));
        string[] command = [program, "-p", _folder + "/", "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"];
        _process = GuardedProcess.Start(command, [], Path.Combine(_folder, "output.log"), _folder);
    }

    public Uri Address { get; }

    /// <summary>The path of the program; null if it is not installed.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
        .Concat(Folders).Select(folder => Path.Combine(folder, "nginx")).FirstOrDefault(File.Exists);

    public static async Task<Nginx> StartAsync(string program, IEnumerable<Uri> replicas, CancellationToken cancellationToken)
    {
        var nginx = new Nginx(program, FreePort.Find(), replicas);
        using var http = new HttpClient { BaseAddress = nginx.Address };
        while (true)
        {
            try
            {
                using var response = await http.GetAsync("/", cancellationToken);
                return nginx;
            }
            catch (HttpRequestException) when (!nginx._process.HasExited)
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Configuration(int port, IEnumerable<Uri> replicas) => $$"""
        user {{Environment.UserName}};
        pid nginx.pid;
        error_log error.log warn;
        worker_processes 1;
        events { }
        http {
            access_log off;
            client_body_temp_path temp/body;
            proxy_temp_path temp/proxy;
            fastcgi_temp_path temp/fastcgi;
            uwsgi_temp_path temp/uwsgi;
            scgi_temp_path temp/scgi;
            upstream replicas {
                {{string.Join("\n        ", replicas.Select(replica => $"server {replica.Authority} max_fails=0;"))}}
            }
            server {
                listen 127.0.0.1:{{port}};
                location / {
                    proxy_pass http://replicas;
                }
            }
        }
        """;
}
