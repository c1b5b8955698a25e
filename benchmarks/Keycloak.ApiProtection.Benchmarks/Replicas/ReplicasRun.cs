using System.Text.Json;
using Keycloak.ApiProtection.Load;
using Keycloak.ApiProtection.Load.Replicas;
using Keycloak.ApiProtection.PostgreSql.Tests.Server;

namespace Keycloak.ApiProtection.Benchmarks.Replicas;

/// <summary>
/// Measures what it costs that replicas share a journal: for requests, for revocations, at start, and until another replica knows a
/// revocation. Command: <c>dotnet run -c Release -- replicas file.json</c>.
/// </summary>
internal static class ReplicasRun
{
    public static async Task WriteAsync(string file)
    {
        if (PostgreSqlInstallation.Find(out var reason) is not { } installation)
        {
            Console.WriteLine($"The cost of a journal is not measured. {reason}");
            return;
        }

        var requests = await JournalRequestCost.MeasureAsync();
        await using var server = await PostgreSqlServer.StartAsync(installation, CancellationToken.None, syncs: true);
        var database = new JournalDatabaseCost(server);
        var results = new ReplicasResults(
            DateTimeOffset.UtcNow,
            Machine.Describe(),
            await database.VersionAsync(),
            requests,
            await database.AppendAsync(),
            await database.StartAsync(),
            await database.PropagateAsync());
        var json = JsonSerializer.Serialize(results, JsonSerializerOptions.Web);
        await File.WriteAllTextAsync(file, json);
        Console.WriteLine(json);
    }
}
