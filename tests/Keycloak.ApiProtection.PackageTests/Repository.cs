using System.Reflection;

namespace Keycloak.ApiProtection.PackageTests;

/// <summary>The clone that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>Debug or Release: what <c>dotnet pack --no-build</c> finds.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>NuGet's folder of downloaded packages.</summary>
    public static string PackageFolder { get; } = Metadata("PackageFolder");

    /// <summary>The version of the packages, as the next release has it.</summary>
    public static string Version { get; } = Metadata("Version");

    public static string PathOf(string path) => Path.Combine(Root, path);

    private static string Metadata(string key) => typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;
}
