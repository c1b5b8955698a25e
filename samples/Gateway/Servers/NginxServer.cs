using System.Text;

namespace Gateway.Servers;

/// <summary>Starts NGINX with the templates in <c>nginx/</c>, in a separate folder and as the user of this process.</summary>
internal static class NginxServer
{
    private static readonly string[] Templates =
    [
        "nginx.conf", "introspected.conf", "checked.conf", "direct.conf", "logout.conf", "identity.conf", "request-headers.conf",
        "introspection.js", "logout.js",
    ];

    /// <summary>Starts NGINX and waits until it responds.</summary>
    /// <param name="installation">The installation to start.</param>
    /// <param name="address">The address to listen on.</param>
    /// <param name="folder">The folder for configuration, logs and temporary files.</param>
    /// <param name="values">The values of the placeholders in the templates.</param>
    /// <param name="cancellation">Cancels the start.</param>
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
            File.WriteAllText(
                Path.Combine(folder, template),
                Template.Fill(Template.Read(template), all),
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
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
