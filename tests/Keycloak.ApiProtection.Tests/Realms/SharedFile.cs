namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>
/// Files that stand beside the repository and not in it: found in a <c>shared</c> folder beside one of the folders above, or nowhere.
/// </summary>
internal static class SharedFile
{
    /// <summary>The path of a file below <c>shared</c>; skips the test, visibly, where it is not there.</summary>
    public static string FindOrSkip(string path)
    {
        var folders = new List<string> { Environment.GetEnvironmentVariable("SHARED_FILES") ?? "shared" };

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            folders.Add(Path.Combine(folder.FullName, "shared"));
        }

        var file = folders.Select(folder => Path.Combine(folder, path)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(file is null, $"{path} is not here: put the folder \"shared\" beside the repository, or name it in SHARED_FILES.");

        return file!;
    }
}
