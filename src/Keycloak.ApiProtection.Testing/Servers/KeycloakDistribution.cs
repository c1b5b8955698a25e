using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.Testing.Servers;

/// <summary>An unpacked Keycloak distribution on this machine.</summary>
/// <param name="Home">The folder that contains <c>bin/kc.sh</c>.</param>
/// <param name="Version">The version in <c>version.txt</c>; without that file, the version in the folder's name.</param>
public sealed partial record KeycloakDistribution(string Home, Version Version)
{
    /// <summary>
    /// The environment variable that lists the folders of distributions, separated as in <c>PATH</c>: <c>KEYCLOAK_HOME</c>.
    /// </summary>
    public const string HomeVariable = "KEYCLOAK_HOME";

    internal string Script => Path.Combine(Home, "bin", "kc.sh");

    /// <summary>Finds the newest distribution in <c>KEYCLOAK_HOME</c>, of one major version or of any version.</summary>
    /// <param name="majorVersion">The major version, for example 26; null for any.</param>
    /// <param name="reason">If no distribution was found: the reason, and what to set. Useful as the message of a skipped test.</param>
    /// <returns>Null if no distribution was found.</returns>
    /// <exception cref="InvalidOperationException">
    /// The variable contains a folder that is not an unpacked Keycloak distribution.
    /// </exception>
    public static KeycloakDistribution? Find(int? majorVersion, out string reason)
    {
        var wanted = majorVersion is null ? "Keycloak" : $"Keycloak {majorVersion}";
        var homes = Environment.GetEnvironmentVariable(HomeVariable);
        if (string.IsNullOrWhiteSpace(homes))
        {
            reason = $"{HomeVariable} is not set. Set it to the folder of an unpacked {wanted} distribution "
                + "(several folders separated as in PATH). Java 17 or later must be on the PATH.";
            return null;
        }

        if (OperatingSystem.IsWindows())
        {
            reason = "Keycloak is started through bash, which does not work on Windows. Use Linux, macOS or WSL.";
            return null;
        }

        var found = homes.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(At)
            .ToList();
        reason = $"{HomeVariable} contains no {wanted}, only: {string.Join(", ", found.Select(one => one.Version))}. "
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
                $"{HomeVariable} contains '{home}', which is not an unpacked Keycloak distribution: it needs bin/kc.sh and version.txt.");
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex VersionPattern();
}
