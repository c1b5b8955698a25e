namespace Gateway.Servers;

/// <summary>NGINX on this machine, with the module njs.</summary>
/// <param name="Program">The path of <c>nginx</c>.</param>
/// <param name="Modules">The folder that holds <c>ngx_http_js_module.so</c>.</param>
public sealed record NginxInstallation(string Program, string Modules)
{
    private const string JsModule = "ngx_http_js_module.so";

    // /usr/sbin is not on everybody's PATH.
    private static readonly string[] Folders = ["/usr/sbin", "/usr/local/sbin", "/usr/local/nginx/sbin"];
    private static readonly string[] ModuleFolders = ["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/local/nginx/modules", "/etc/nginx/modules"];

    /// <summary>Looks for it.</summary>
    /// <param name="reason">Where it is missing: what to install. Good for skipping a test.</param>
    /// <returns>Null where it is missing.</returns>
    public static NginxInstallation? Find(out string reason)
    {
        reason = "NGINX with the module njs is needed: apt-get install nginx-light libnginx-mod-http-js (Debian, Ubuntu), or the packages nginx and nginx-module-njs of nginx.org.";
        if (OperatingSystem.IsWindows())
        {
            reason = "NGINX is started through bash here, which does not work on Windows: use Linux or WSL.";
            return null;
        }

        var path = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        var program = path.Concat(Folders).Select(folder => Path.Combine(folder, "nginx")).FirstOrDefault(File.Exists);
        var modules = ModuleFolders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, JsModule)));
        return program is null || modules is null ? null : new NginxInstallation(program, modules);
    }
}
