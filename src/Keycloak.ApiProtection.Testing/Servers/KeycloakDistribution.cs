using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.Testing.Servers;

/// <summary>An unpacked Keycloak on this machine.</summary>
/// <param name="Home">The folder that holds <c>bin/kc.sh</c>.</param>
/// <param name="Version">What its <c>version.txt</c> says, else what its folder's name says.</param>
public sealed partial record KeycloakDistribution(string Home, Version Version)
{
    /// <summary>The environment variable that names the distributions, separated like <c>PATH</c>: <c>KEYCLOAK_HOME</c>.</summary>
    public const string HomeVariable = "KEYCLOAK_HOME";

    internal string Script => Path.Combine(Home, "bin", "kc.sh");

    /// <summary>The newest distribution that <c>KEYCLOAK_HOME</c> names, of one major version or of any.</summary>
    /// <param name="majorVersion">Such as 26; null for any.</param>
    /// <param name="reason">Where there is none: why, and what to set. Good for skipping a test.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="InvalidOperationException">The variable names a folder that is no unpacked Keycloak.</exception>
    public static KeycloakDistribution? Find(int? majorVersion, out string reason)
    {
        var wanted = majorVersion is null ? "Keycloak" : $"Keycloak {majorVersion}";
        var homes = Environment.GetEnvironmentVariable(HomeVariable);
        if (string.IsNullOrWhiteSpace(homes))
        {
            reason = $"{HomeVariable} is not set. Set it to the folder of an unpacked {wanted} distribution "
                + "(several folders separated like PATH) and have Java 17 or later on the PATH.";
            return null;
        }

        if (OperatingSystem.IsWindows())
        {
            reason = "Keycloak is started through bash here, which does not work on Windows: use Linux, macOS or WSL.";
            return null;
        }

        var found = homes.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(At)
            .ToList();
        reason = $"{HomeVariable} names no {wanted}, only: {string.Join(", ", found.Select(one => one.Version))}. "
            + $"Add the folder of a {wanted} distribution.";
        return found.Where(one => majorVersion is null || one.Version.Major == majorVersion).MaxBy(one => one.Version);
    }

    private static KeycloakDistribution At(string home)
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
