using System.Text.RegularExpressions;
using Keycloak.ApiProtection.PackageTests.Projects;
using Keycloak.ApiProtection.PackageTests.Readme;

namespace Keycloak.ApiProtection.PackageTests;

/// <summary>
/// Follows the quick start of README.md exactly, in a folder outside the repository. The packages are packed, the project is created
/// with the commands of the README, and its files are those of the README. The test project is that of the testing README.
/// </summary>
public sealed partial class QuickStart : IAsyncLifetime
{
    /// <summary>A version higher than any release, so that the packed version is the newest one.</summary>
    private const string PackedVersion = "999.0.0";

    private const string ApiName = "OrdersApi";
    private const string TestsName = "OrdersApi.Tests";

    private readonly string _folder = Directory.CreateTempSubdirectory("quick-start-").FullName;

    internal static MarkdownPage Readme { get; } = MarkdownPage.Read("README.md");

    internal static MarkdownPage TestingReadme { get; } = MarkdownPage.Read("src/Keycloak.ApiProtection.Testing/README.md");

    /// <summary>The realm that the README offers for import.</summary>
    internal static string RealmJson { get; } = File.ReadAllText(Repository.PathOf("docs/quickstart/realm.json"));

    internal static IReadOnlyList<CurlLine> CurlLines { get; } = CurlLine.ReadAll(Readme.Block("sh", "curl "));

    private Commands Commands => new(_folder, Path.Combine(_folder, "cache"));

    private string PackagesFolder => Path.Combine(_folder, "packages");

    private string ApiFolder => Path.Combine(_folder, ApiName);

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await PackAsync("Keycloak.ApiProtection", cancellationToken);
        await PackAsync("Keycloak.ApiProtection.Testing", cancellationToken);
        WriteNuGetConfigurations();

        await Commands.RunAllAsync(Readme.Block("sh", "dotnet new web"), cancellationToken);
        Write(ApiName, "Program.cs", Readme.Block("csharp", "WebApplication.CreateBuilder"));
        Write(ApiName, "appsettings.json", Readme.Block("json", "auth-server-url"));
        var project = TestingReadme.Block("xml", "<Project");
        Write(TestsName, $"{TestsName}.csproj", OwnVersion().Replace(project, $"${{package}}{PackedVersion}"));
        Write(TestsName, "OrdersTests.cs", TestingReadme.Block("csharp", "class OrdersTests"));
        await Commands.RunAsync(["dotnet", "build", TestsName, "-warnaserror", "-v", "q"], cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Starts the API with the <c>Program.cs</c> and <c>appsettings.json</c> of the README and another Keycloak address.</summary>
    internal Task<RunningApi> StartApiAsync(Uri keycloak, CancellationToken cancellationToken) =>
        StartAsync(ApiName, [AuthServerUrl(keycloak)], cancellationToken);

    /// <summary>Builds the API again with lines added to <c>Program.cs</c> of the README, and starts it with a client secret.</summary>
    internal async Task<RunningApi> StartApiWithAsync(string lines, Uri keycloak, string? secret, CancellationToken cancellationToken)
    {
        const string Name = "ExtendedApi";
        Directory.CreateDirectory(Path.Combine(_folder, Name));
        foreach (var file in (string[])["nuget.config", "appsettings.json"])
        {
            File.Copy(Path.Combine(ApiFolder, file), Path.Combine(_folder, Name, file), overwrite: true);
        }

        File.Copy(Path.Combine(ApiFolder, $"{ApiName}.csproj"), Path.Combine(_folder, Name, $"{Name}.csproj"), overwrite: true);
        var program = Readme.Block("csharp", "WebApplication.CreateBuilder");
        Write(Name, "Program.cs", program.Replace("app.Run();", lines + "app.Run();", StringComparison.Ordinal));
        await Commands.RunAsync(["dotnet", "build", Name, "-warnaserror", "-v", "q"], cancellationToken);
        List<KeyValuePair<string, string>> settings = [AuthServerUrl(keycloak)];
        if (secret is not null)
        {
            settings.Add(new("Keycloak__credentials__secret", secret));
        }

        return await StartAsync(Name, settings, cancellationToken);
    }

    /// <summary>Runs the test project and returns the output of the test runner.</summary>
    internal Task<string> TestAsync(CancellationToken cancellationToken) =>
        Commands.RunAsync(["dotnet", "test", TestsName, "--no-build"], cancellationToken);

    private static KeyValuePair<string, string> AuthServerUrl(Uri keycloak) =>
        new("Keycloak__auth-server-url", keycloak.AbsoluteUri);

    private Task<RunningApi> StartAsync(
        string name, IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(_folder, name);
        return RunningApi.StartAsync(folder, Path.Combine(folder, "bin", "Debug", "net10.0", $"{name}.dll"), settings, cancellationToken);
    }

    private Task<string> PackAsync(string name, CancellationToken cancellation) => new Commands(_folder, Repository.PackageFolder).RunAsync(
        [
            "dotnet", "pack", Repository.PathOf($"src/{name}"), "--no-build", "-c", Repository.Configuration,
            "-o", PackagesFolder, $"-p:PackageVersion={PackedVersion}", $"-p:NuspecOutputPath={Path.Combine(_folder, "nuspec")}", "-v", "q",
        ],
        cancellation);

    /// <summary>
    /// The API restores only from the packed packages because it needs no others. The tests need packages such as xunit. They come from
    /// the package folder that this repository uses, or from the sources that are configured here.
    /// </summary>
    private void WriteNuGetConfigurations()
    {
        Write(".", "nuget.config", $"""
            <configuration>
              <packageSources><add key="packed" value="{PackagesFolder}" /></packageSources>
              <fallbackPackageFolders><add key="downloaded" value="{Repository.PackageFolder}" /></fallbackPackageFolders>
            </configuration>
            """);
        Write(ApiName, "nuget.config", $"""
            <configuration>
              <packageSources><clear /><add key="packed" value="{PackagesFolder}" /></packageSources>
            </configuration>
            """);
    }

    private void Write(string project, string file, string text)
    {
        var folder = Path.Combine(_folder, project);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, file), text);
    }

    [GeneratedRegex("(?<package>\"Keycloak.ApiProtection.Testing\" Version=\")[^\"]+")]
    private static partial Regex OwnVersion();
}
