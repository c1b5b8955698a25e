namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>
/// Finds files that are not in the repository but in a <c>shared</c> folder next to one of its parent folders.
/// </summary>
internal static class SharedFile
{
    /// <summary>Returns the path of a file below <c>shared</c>. If the file does not exist, the test is skipped with a message.</summary>
    public static string FindOrSkip(string path)
    {
        var folders = new List<string> { Environment.GetEnvironmentVariable("SHARED_FILES") ?? "shared" };

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            folders.Add(Path.Combine(folder.FullName, "shared"));
        }

        var file = folders.Select(folder => Path.Combine(folder, path)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(
            file is null,
            $"{path} was not found. Put the folder \"shared\" next to the repository, or set SHARED_FILES to its path.");

        return file!;
    }
}
