namespace Gateway.Servers;

/// <summary>An installed NGINX with the module njs.</summary>
/// <param name="Program">The path of <c>nginx</c>.</param>
/// <param name="Modules">The folder that holds <c>ngx_http_js_module.so</c>.</param>
public sealed record NginxInstallation(string Program, string Modules)
{
    private const string JsModule = "ngx_http_js_module.so";

    // Searched in addition to PATH, which often does not contain /usr/sbin.
    private static readonly string[] Folders = ["/usr/sbin", "/usr/local/sbin", "/usr/local/nginx/sbin"];
    private static readonly string[] ModuleFolders =
        ["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/local/nginx/modules", "/etc/nginx/modules"];

    /// <summary>Looks for NGINX and its module njs.</summary>
    /// <param name="reason">What to install if something is missing. Can be used as the reason to skip a test.</param>
    /// <returns>The installation; null if NGINX or the module is missing.</returns>
    public static NginxInstallation? Find(out string reason)
    {
        reason = "NGINX with the module njs is required. On Debian and Ubuntu: apt-get install nginx-light libnginx-mod-http-js. "
            + "Elsewhere: install the packages nginx and nginx-module-njs from nginx.org.";
        if (OperatingSystem.IsWindows())
        {
            reason = "This sample starts NGINX through bash, which does not work on Windows. Use Linux or WSL.";
            return null;
        }

        var program = FindProgram();
        var modules = ModuleFolders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, JsModule)));
        return program is null || modules is null ? null : new NginxInstallation(program, modules);
    }

    /// <summary>Looks for NGINX alone.</summary>
    /// <returns>The path of <c>nginx</c>; null if it is not installed.</returns>
    public static string? FindProgram()
    {
        var path = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return path.Concat(Folders).Select(folder => Path.Combine(folder, "nginx")).FirstOrDefault(File.Exists);
    }
}
