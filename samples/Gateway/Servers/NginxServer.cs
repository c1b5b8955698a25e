using System.Text;

namespace Gateway.Servers;

/// <summary>Starts NGINX from the templates in <c>nginx/</c>, in a folder of its own and with nobody's privileges but ours.</summary>
internal static class NginxServer
{
    private static readonly string[] Templates =
    [
        "nginx.conf", "introspected.conf", "checked.conf", "direct.conf", "logout.conf", "identity.conf", "request-headers.conf", "introspection.js", "logout.js",
    ];

    /// <summary>Starts it.</summary>
    /// <param name="installation">What to start.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="folder">Where its files are written to.</param>
    /// <param name="values">What stands in for the capitals in the templates.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static Task<ServerProcess> StartAsync(
        NginxInstallation installation, Uri address, string folder, IReadOnlyDictionary<string, string> values, CancellationToken cancellation)
    {
        var all = new Dictionary<string, string>(values)
        {
            ["PORT"] = address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["NGINX_MODULES"] = installation.Modules,
            ["USER"] = Environment.UserName,
        };
        Directory.CreateDirectory(Path.Combine(folder, "temp"));
        foreach (var template in Templates)
        {
            File.WriteAllText(Path.Combine(folder, template), Template.Fill(Template.Read(template), all), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }

        return ServerProcess.StartAsync(
            new ProcessStart(
                "nginx",
                address,
                [installation.Program, "-p", folder + "/", "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"],
                folder,
                Path.Combine(folder, "error.log"),
                new Dictionary<string, string?>()),
            cancellation);
    }
}
