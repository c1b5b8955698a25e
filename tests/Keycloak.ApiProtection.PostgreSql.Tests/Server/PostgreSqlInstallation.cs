namespace Keycloak.ApiProtection.PostgreSql.Tests.Server;

/// <summary>An installed PostgreSQL.</summary>
/// <param name="Programs">The folder that holds <c>initdb</c> and <c>postgres</c>.</param>
public sealed record PostgreSqlInstallation(string Programs)
{
    // Debian and Ubuntu keep the programs of each version in a folder of its own, outside PATH.
    private const string Versions = "/usr/lib/postgresql";

    /// <summary>Looks for PostgreSQL.</summary>
    /// <param name="reason">What to install. Can be used as the reason to skip a test.</param>
    /// <returns>The installation with the newest version; null if there is none.</returns>
    public static PostgreSqlInstallation? Find(out string reason)
    {
        reason = "PostgreSQL is required. On Debian and Ubuntu: apt-get install postgresql.";
        if (OperatingSystem.IsWindows())
        {
            reason = "PostgreSQL is started through bash, which does not work on Windows. Use Linux or WSL.";
            return null;
        }

        var versions = Directory.Exists(Versions)
            ? Directory.EnumerateDirectories(Versions)
                .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
        var path = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        var programs = versions.Concat(path)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
        return programs is null ? null : new PostgreSqlInstallation(programs);
    }

    public string Program(string name) => Path.Combine(Programs, name);
}
