using Microsoft.Playwright;

namespace Keycloak.ApiProtection.BrowserTests.Browsing;

/// <summary>The browser of the machine, without a window. Playwright drives it and downloads nothing.</summary>
internal static class Chromium
{
    /// <summary>Where the browser is, where it is not at a usual place.</summary>
    private const string PathVariable = "CHROMIUM_PATH";

    private static readonly string[] UsualPaths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // No sandbox: in containers there is none to be had, and the only pages are our own. The rest keeps it from calling home.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    /// <summary>Why there is no browser here and what to do; null where there is one.</summary>
    public static string? Missing => Path() is null
        ? $"There is no Chromium here. Install it (Debian, Ubuntu: apt-get install chromium), or name it in {PathVariable}."
        : null;

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path(), Args = Arguments });

    private static string? Path() => UsualPaths.Prepend(Environment.GetEnvironmentVariable(PathVariable)).FirstOrDefault(File.Exists);
}
