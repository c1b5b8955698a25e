using System.Text.RegularExpressions;
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
public sealed partial class DocumentedSite : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("token-check-").FullName;
    private ServerProcess? _nginx;
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
        string[] blocks = [.. Block().Matches(ReadPage()).Select(match => match.Groups[1].Value)];
        Write("token-check.conf", blocks[0]);
        Write("token-headers.conf", blocks[1]);
        Write("nginx.conf", Around(blocks[2]
            .Replace("127.0.0.1:5100", ports[0].Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:5101", ports[1].Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:5102", ports[2].Authority, StringComparison.Ordinal)));
        Directory.CreateDirectory(Path.Combine(_folder, "temp"));
        string[] command = [installation.Program, "-p", _folder + "/", "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"];
        _nginx = await ServerProcess.StartAsync(
            new ProcessStart("nginx", ports[0], command, _folder, Path.Combine(_folder, "error.log"), new Dictionary<string, string?>()),
            CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await (_nginx?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_check?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    public Task<RawAnswer> GetAsync(string target)
    {
        Assert.SkipWhen(NginxInstallation.Find(out var reason) is null, reason);
        return RawHttp.SendAsync(_nginx!.Address, Request.Get(target));
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

    private static string ReadPage()
    {
        using var reader = new StreamReader(typeof(DocumentedSite).Assembly.GetManifestResourceStream("token-check.md")!);
        return reader.ReadToEnd();
    }

    private static string Around(string site) => $$"""
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
            {{site}}
        }
        """;

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);

    [GeneratedRegex("```nginx\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
