using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;

namespace Keycloak.ApiProtection.Tests.Packages;

/// <summary>The packages, packed once from the build output of this test run.</summary>
public sealed class PackedProjects : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("packages");

    public string Output { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        foreach (var project in new[] { "Keycloak.ApiProtection", "Keycloak.ApiProtection.PostgreSql", "Keycloak.ApiProtection.Testing" })
        {
            Output += await PackAsync(Repository.File($"src/{project}"));
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    internal XElement Metadata(string package)
    {
        var metadata = XDocument.Parse(Text(package, $"{package}.nuspec")).Root!.Elements().Single();
        foreach (var element in metadata.DescendantsAndSelf())
        {
            element.Name = element.Name.LocalName;
        }

        return metadata;
    }

    internal string Text(string package, string path)
    {
        using var reader = new StreamReader(new MemoryStream(Bytes(package, path)));
        return reader.ReadToEnd();
    }

    internal byte[] Bytes(string package, string path)
    {
        using var archive = ZipFile.OpenRead(_folder.GetFiles($"{package}.0*.nupkg").Single().FullName);
        var bytes = new MemoryStream();
        using var content = archive.GetEntry(path)?.Open() ?? throw new FileNotFoundException($"{package} has no {path}.");
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    private async Task<string> PackAsync(string project)
    {
        var configuration = typeof(PackedProjects).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        using var pack = Process.Start(new ProcessStartInfo("dotnet")
        {
            // The .nuspec is written into the temporary folder, too, because another run may pack the same project at the same time.
            ArgumentList =
            {
                "pack", project, "--no-build", "-nologo", "-c", configuration, "-o", _folder.FullName,
                $"-p:NuspecOutputPath={_folder.FullName}",
            },
            RedirectStandardOutput = true,
        })!;
        var output = await pack.StandardOutput.ReadToEndAsync();
        await pack.WaitForExitAsync();
        return pack.ExitCode == 0 ? output : throw new InvalidOperationException(output);
    }
}
