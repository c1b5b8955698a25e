namespace Keycloak.ApiProtection.KeycloakTests.Servers;

/// <summary>
/// The folder for logs and certificates of servers: <c>TestResults</c> in the test project, which is not in the repository.
/// </summary>
internal static class ServerFiles
{
    /// <summary>Creates a folder for one server of this run.</summary>
    public static string CreateFolder(string name)
    {
        var folder = Path.Combine(ProjectFolder(), "TestResults", "servers", $"{name}-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static string ProjectFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.EnumerateFiles("*.csproj").Any())
            {
                return folder.FullName;
            }
        }

        return AppContext.BaseDirectory;
    }
}
