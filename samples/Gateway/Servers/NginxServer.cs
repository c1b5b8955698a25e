using System.Text;

namespace Gateway.Servers;

/// <summary>Starts NGINX with the sample's templates in <c>nginx/</c>, in a separate folder and as the user of this process.</summary>
internal static class NginxServer
{
    /// <summary>Starts NGINX and waits until it responds.</summary>
    /// <param name="program">The path of <c>nginx</c>.</param>
    /// <param name="address">The address to listen on.</param>
    /// <param name="folder">The folder for configuration, logs and temporary files.</param>
    /// <param name="values">The values of the placeholders in the templates.</param>
    /// <param name="cancellation">Cancels the start.</param>
    public static Task<ServerProcess> StartAsync(
        string program, Uri address, string folder, IReadOnlyDictionary<string, string> values, CancellationToken cancellation)
    {
        var all = new Dictionary<string, string>(values)
        {
            ["PORT"] = address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["USER"] = Environment.UserName,
        };
        Directory.CreateDirectory(Path.Combine(folder, "temp"));
        foreach (var template in Template.Names.Where(name => Path.GetExtension(name) is ".conf" or ".js"))
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
                [program, "-p", folder + "/", "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"],
                folder,
                Path.Combine(folder, "error.log"),
                new Dictionary<string, string?>()),
            cancellation);
    }
}
