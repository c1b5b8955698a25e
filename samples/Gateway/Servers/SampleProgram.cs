using System.Reflection;

namespace Gateway.Servers;

/// <summary>Starts the program of another sample, which was built together with this one.</summary>
internal static class SampleProgram
{
    /// <summary>Starts the program and waits until it responds.</summary>
    /// <param name="program">The sample's name, such as <c>Orders</c>.</param>
    /// <param name="name">The name of the process in this system, such as <c>orders-direct</c>.</param>
    /// <param name="address">The address to listen on.</param>
    /// <param name="logs">The folder for its output.</param>
    /// <param name="settings">Its settings, with the same keys as in <c>appsettings.json</c>.</param>
    /// <param name="cancellation">Cancels the start.</param>
    public static Task<ServerProcess> StartAsync(
        string program,
        string name,
        Uri address,
        string logs,
        IEnumerable<KeyValuePair<string, string>> settings,
        CancellationToken cancellation)
    {
        var path = PathOf(program);
        var environment = settings.ToDictionary(
            setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => (string?)setting.Value);
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
        typeof(SampleProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(one => one.Key == $"Program:{program}")?.Value is { } path && File.Exists(path)
            ? path
            : throw new InvalidOperationException($"The sample {program} is not built. Build the solution.");
}
