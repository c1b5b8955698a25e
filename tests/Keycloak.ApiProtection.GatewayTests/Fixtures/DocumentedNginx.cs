using System.Text.RegularExpressions;
using Gateway.Servers;

namespace Keycloak.ApiProtection.GatewayTests.Fixtures;

/// <summary>An NGINX that runs the configuration of a page in docs, in a folder of its own.</summary>
public sealed partial class DocumentedNginx : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nginx-").FullName;
    private ServerProcess? _process;

    /// <summary>The address of NGINX.</summary>
    public Uri Address => _process!.Address;

    /// <summary>The blocks of NGINX configuration in a page that is embedded in this assembly.</summary>
    public static string[] BlocksOf(string page)
    {
        using var reader = new StreamReader(typeof(DocumentedNginx).Assembly.GetManifestResourceStream(page)!);
        return [.. Block().Matches(reader.ReadToEnd()).Select(match => match.Groups[1].Value)];
    }

    /// <summary>Writes a file that the configuration names.</summary>
    public void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);

    /// <summary>Starts NGINX with the servers of a block.</summary>
    public async Task StartAsync(NginxInstallation installation, Uri address, string servers)
    {
        Write("nginx.conf", Around(servers));
        Directory.CreateDirectory(Path.Combine(_folder, "temp"));
        string[] command = [installation.Program, "-p", _folder + "/", "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"];
        _process = await ServerProcess.StartAsync(
            new ProcessStart("nginx", address, command, _folder, Path.Combine(_folder, "error.log"), new Dictionary<string, string?>()),
            CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await (_process?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    private static string Around(string servers) => $$"""
        user {{Environment.UserName}};
        pid nginx.pid;
        error_log error.log warn;
        events { }
        http {
            access_log off;
            client_body_temp_path temp/body;
            proxy_temp_path temp/proxy;
            fastcgi_temp_path temp/fastcgi;
            uwsgi_temp_path temp/uwsgi;
            scgi_temp_path temp/scgi;
            {{servers}}
        }
        """;

    [GeneratedRegex("```nginx\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
