using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.KeycloakTests.Servers;

/// <summary>An unpacked Keycloak on this machine.</summary>
/// <param name="Home">The folder that holds <c>bin/kc.sh</c>.</param>
/// <param name="Version">What its <c>version.txt</c> says, else its folder name.</param>
public sealed partial record KeycloakDistribution(string Home, Version Version)
{
    /// <summary>The environment variable that names the distributions to test against, separated like <c>PATH</c>.</summary>
    public const string HomeVariable = "KEYCLOAK_HOME";

    private string Script => Path.Combine(Home, "bin", "kc.sh");

    /// <summary>The newest distribution of a major version, or null with the reason and what to set.</summary>
    public static KeycloakDistribution? Find(int majorVersion, out string reason)
    {
        var homes = Environment.GetEnvironmentVariable(HomeVariable);
        if (string.IsNullOrWhiteSpace(homes))
        {
            reason = $"{HomeVariable} is not set. Set it to the folder of an unpacked Keycloak {majorVersion} distribution "
                + "(several folders separated like PATH) and have Java 17 or later on the PATH.";
            return null;
        }

        if (OperatingSystem.IsWindows())
        {
            reason = "Keycloak is started through bash here, which these tests do not do on Windows: run them on Linux, macOS or WSL.";
            return null;
        }

        var found = homes.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(Read)
            .ToList();
        reason = $"{HomeVariable} names no Keycloak {majorVersion}, only: {string.Join(", ", found.Select(one => one.Version))}. "
            + $"Add the folder of a Keycloak {majorVersion} distribution.";
        return found.Where(one => one.Version.Major == majorVersion).MaxBy(one => one.Version);
    }

    private static KeycloakDistribution Read(string home)
    {
        var versionFile = Path.Combine(home, "version.txt");
        var text = File.Exists(versionFile) ? File.ReadAllText(versionFile) : Path.GetFileName(Path.TrimEndingDirectorySeparator(home));
        var match = VersionPattern().Match(text);
        var distribution = new KeycloakDistribution(Path.GetFullPath(home), match.Success ? Version.Parse(match.Value) : new Version(0, 0));
        return match.Success && File.Exists(distribution.Script)
            ? distribution
            : throw new InvalidOperationException(
                $"{HomeVariable} names '{home}', which is no unpacked Keycloak distribution: it needs bin/kc.sh and version.txt.");
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex VersionPattern();
}
