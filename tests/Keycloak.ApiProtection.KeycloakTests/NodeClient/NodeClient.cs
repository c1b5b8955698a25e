using System.Diagnostics;
using System.Text.Json;

namespace Keycloak.ApiProtection.KeycloakTests.NodeClient;

/// <summary>Runs <c>client.mjs</c> with Node: a DPoP client that shares no code with this repository.</summary>
/// <remarks>
/// The environment variable <c>NODE_CLIENTS</c> names a folder with the npm packages <c>dpop</c> and <c>oauth4webapi</c>.
/// </remarks>
internal static class NodeClient
{
    private const string Variable = "NODE_CLIENTS";

    /// <summary>Skips the test if the packages are not installed.</summary>
    public static void SkipIfMissing() => Assert.SkipUnless(
        Directory.Exists(Path.Combine(Folder, "node_modules", "oauth4webapi")),
        $"{Variable} is not set to a folder in which 'npm install dpop oauth4webapi' has been run.");

    private static string Folder => Environment.GetEnvironmentVariable(Variable) ?? string.Empty;

    public static async Task<Dictionary<string, string>> RunAsync(
        string issuer, string endpoint, string algorithm, CancellationToken cancellationToken)
    {
        // Node looks for packages beside the script.
        var script = Path.Combine(Folder, $"client-{Guid.NewGuid():N}.mjs");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "NodeClient", "client.mjs"), script);
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", [script, issuer, endpoint, algorithm])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = node.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = node.StandardError.ReadToEndAsync(cancellationToken);
            await node.WaitForExitAsync(cancellationToken);
            Assert.True(node.ExitCode == 0, await errors);
            return JsonSerializer.Deserialize<Dictionary<string, string>>(await output)!;
        }
        finally
        {
            File.Delete(script);
        }
    }
}
