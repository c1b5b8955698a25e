using Microsoft.Playwright;

namespace Keycloak.ApiProtection.BrowserTests.Browsing;

/// <summary>The installed Chromium, without a window. Playwright controls it and downloads nothing.</summary>
internal static class Chromium
{
    /// <summary>The environment variable with the path of the browser, if it is not at a usual path.</summary>
    private const string PathVariable = "CHROMIUM_PATH";

    private static readonly string[] UsualPaths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // No sandbox: it is unavailable in containers, and the tests open only local pages. The other arguments prevent network requests.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    /// <summary>Gets the reason why no browser was found, and the remedy; null if a browser was found.</summary>
    public static string? Missing => Path() is null
        ? $"Chromium was not found. Install it (Debian, Ubuntu: apt-get install chromium), or set {PathVariable} to its path."
        : null;

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path(), Args = Arguments });

    private static string? Path() => UsualPaths.Prepend(Environment.GetEnvironmentVariable(PathVariable)).FirstOrDefault(File.Exists);
}
