using System.Reflection;

namespace Gateway.Servers;

/// <summary>A program of another sample, built together with this one.</summary>
internal static class SampleProgram
{
    /// <summary>Starts it.</summary>
    /// <param name="program">The sample's name, such as <c>Orders</c>.</param>
    /// <param name="name">What it is in this system.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="logs">The folder for its output.</param>
    /// <param name="settings">Its settings, as its <c>appsettings.json</c> would name them.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static Task<ServerProcess> StartAsync(
        string program, string name, Uri address, string logs, IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellation)
    {
        var path = PathOf(program);
        var environment = settings.ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => (string?)setting.Value);
        environment["Urls"] = address.GetLeftPart(UriPartial.Authority);
        environment["ASPNETCORE_URLS"] = null;
        environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        environment["DOTNET_ENVIRONMENT"] = "Production";
        return ServerProcess.StartAsync(
            new ProcessStart(
                name,
                address,
                [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", path],
                Path.GetDirectoryName(path)!,
                Path.Combine(logs, $"{name}.log"),
                environment),
            cancellation);
    }

    private static string PathOf(string program) =>
        typeof(SampleProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(one => one.Key == $"Program:{program}")?.Value is { } path && File.Exists(path)
            ? path
            : throw new InvalidOperationException($"The sample {program} is not built. Build the solution, or samples/Gateway.");
}
