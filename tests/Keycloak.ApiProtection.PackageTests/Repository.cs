using System.Reflection;

namespace Keycloak.ApiProtection.PackageTests;

/// <summary>The clone of the repository from which these tests were built.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>The configuration, Debug or Release, that <c>dotnet pack --no-build</c> must use.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>The folder in which NuGet keeps downloaded packages.</summary>
    public static string PackageFolder { get; } = Metadata("PackageFolder");

    /// <summary>The version of the packages in the next release.</summary>
    public static string Version { get; } = Metadata("Version");

    public static string PathOf(string path) => Path.Combine(Root, path);

    private static string Metadata(string key) => typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;
}
