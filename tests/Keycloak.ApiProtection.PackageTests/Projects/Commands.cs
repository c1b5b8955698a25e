using System.Diagnostics;

namespace Keycloak.ApiProtection.PackageTests.Projects;

/// <summary>Runs commands of the .NET SDK as a user outside this repository runs them.</summary>
/// <param name="folder">The working directory of the first command.</param>
/// <param name="packageFolder">
/// The folder into which NuGet extracts packages. It is not the folder of the machine, which would keep the packages of these tests.
/// </param>
internal sealed class Commands(string folder, string packageFolder)
{
    /// <summary>Variables that child processes would inherit from <c>dotnet test</c> and that would tie them to its build.</summary>
    private static readonly string[] Inherited =
        ["MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly"];

    /// <summary>Runs the lines of a shell block. It supports <c>cd</c> and programs with arguments without quotes.</summary>
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

    /// <summary>Runs one command and returns its output. A command that fails throws an exception with that output.</summary>
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
