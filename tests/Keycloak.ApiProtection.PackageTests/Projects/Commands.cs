using System.Diagnostics;

namespace Keycloak.ApiProtection.PackageTests.Projects;

/// <summary>Commands of the .NET SDK, as somebody outside this repository types them.</summary>
/// <param name="folder">Where the first one runs.</param>
/// <param name="packageFolder">Where NuGet unpacks packages: not the machine's folder, which would keep what these tests pack.</param>
internal sealed class Commands(string folder, string packageFolder)
{
    /// <summary>What <c>dotnet test</c> leaves to the processes below it and what would tie them to its own build.</summary>
    private static readonly string[] Inherited =
        ["MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly"];

    /// <summary>Runs the lines of a shell block: <c>cd</c> and programs without quotes.</summary>
    public async Task RunAllAsync(string block, CancellationToken cancellationToken)
    {
        var current = folder;
        foreach (var line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            if (words is ["cd", var inner])
            {
                current = Path.Combine(current, inner);
            }
            else
            {
                await RunAsync(current, words, cancellationToken);
            }
        }
    }

    /// <summary>Runs one command and returns its output; a command that fails is an exception with that output.</summary>
    public Task<string> RunAsync(IReadOnlyList<string> words, CancellationToken cancellationToken) =>
        RunAsync(folder, words, cancellationToken);

    private async Task<string> RunAsync(string current, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            WorkingDirectory = current,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in Inherited)
        {
            start.Environment.Remove(name);
        }

        start.Environment["NUGET_PACKAGES"] = packageFolder;
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var text = await output + await errors;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0
                ? text
                : throw new InvalidOperationException($"'{string.Join(' ', words)}' in {current} ended with {process.ExitCode}:\n{text}");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
