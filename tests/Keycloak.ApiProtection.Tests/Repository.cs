namespace Keycloak.ApiProtection.Tests;

/// <summary>Finds files of the repository from the folder in which the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string File(string path) => Path.Combine(Root, path);

    private static string Find(string folder) =>
        System.IO.File.Exists(Path.Combine(folder, "KeycloakApiProtection.sln"))
            ? folder
            : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository."));
}
