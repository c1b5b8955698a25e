using System.Text.Json;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Load;

/// <summary>Measures all servers in alternation, so that other programs on the machine affect all of them equally.</summary>
internal static class Comparison
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(string folder, Settings settings)
    {
        Directory.CreateDirectory(folder);
        await using var realm = await KeycloakRealm.StartAsync();
        var letters = await MintAsync(realm, Path.Combine(folder, "tokens.txt"), settings.Tokens);
        var configuration = realm.Configuration("orders-api")
            .Where(setting => !setting.Key.EndsWith("secret", StringComparison.Ordinal)).ToArray();
        var servers = new Dictionary<string, ServerProcess>();
        try
        {
            foreach (var kind in Scenario.All.Select(scenario => scenario.Server).Distinct())
            {
                servers[kind] = await ServerProcess.StartAsync(kind, configuration);
            }

            var measurements = new List<Measurement>();
            for (var round = 0; round <= settings.Rounds; round++)
            {
                foreach (var scenario in Scenario.All)
                {
                    // Round 0 is a warm-up and is not counted.
                    var measurement = await MeasureAsync(servers[scenario.Server], scenario, round, folder, settings);
                    if (round > 0)
                    {
                        measurements.Add(measurement);
                        Console.WriteLine(
                            $"{round} {scenario.Name}: {measurement.RequestsPerSecond:N0}/s, {measurement.CpuPerRequest:N1} us CPU, "
                            + $"{measurement.AllocatedPerRequest:N0} B");
                    }
                }
            }

            var memory = await LiveTokensAsync(configuration, folder, settings);
            var results = new Results(
                DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()),
                Machine.Describe(),
                settings,
                measurements,
                settings.Tokens,
                memory,
                letters);
            await File.WriteAllTextAsync(Path.Combine(folder, "load.json"), JsonSerializer.Serialize(results, Json));
            Console.WriteLine();
            Console.WriteLine(Table.Of(results));
            return 0;
        }
        finally
        {
            foreach (var server in servers.Values)
            {
                server.Dispose();
            }
        }
    }

    private static async Task<Measurement> MeasureAsync(
        ServerProcess server, Scenario scenario, int round, string folder, Settings settings)
    {
        var before = await server.StateAsync();
        var tokens = Math.Min(scenario.Tokens, settings.Tokens);
        var load = await Wrk.RunAsync(new Uri(server.Address, "/hello"), folder, tokens, settings.Seconds, settings.Connections);
        var after = await server.StateAsync();
        return new Measurement(
            scenario.Name,
            round,
            load.Requests * 1e6 / load.Microseconds,
            (after.CpuMicroseconds - before.CpuMicroseconds) / load.Requests,
            (double)(after.AllocatedBytes - before.AllocatedBytes) / load.Requests,
            load.P50,
            load.P99);
    }

    /// <summary>Measures by how many bytes the server's heap grows for each cached token.</summary>
    private static async Task<double> LiveTokensAsync(KeyValuePair<string, string?>[] configuration, string folder, Settings settings)
    {
        using var server = await ServerProcess.StartAsync("protected", configuration);
        await Wrk.RunAsync(new Uri(server.Address, "/hello"), folder, 1, 1, settings.Connections);
        var before = await server.StateAsync(collect: true);

        // Long enough to send every token once: at most about 30 us for each, and a margin.
        var seconds = Math.Max(settings.Seconds, 2 + (settings.Tokens / 8_000));
        await Wrk.RunAsync(new Uri(server.Address, "/hello"), folder, settings.Tokens, seconds, settings.Connections);
        var after = await server.StateAsync(collect: true);
        return (double)(after.HeapBytes - before.HeapBytes) / settings.Tokens;
    }

    /// <summary>Creates tokens of about 1,500 characters, signed with RS256, which is Keycloak's default.</summary>
    private static async Task<int> MintAsync(KeycloakRealm realm, string file, int count)
    {
        Console.WriteLine($"Signing {count:N0} tokens ...");
        var builder = realm.Token("alice").For("cli").WithAudience("orders-api").ExpiresIn(TimeSpan.FromHours(12));
        var missing = 1500 - builder.Create().Length;
        builder = missing > 40 ? builder.WithClaim("note", new string('x', (missing - 40) * 3 / 4)) : builder;
        var tokens = new string[count];
        Parallel.For(0, count, number => tokens[number] = builder.WithClaim("number", number).Create());
        await File.WriteAllLinesAsync(file, tokens);
        return tokens[0].Length;
    }
}
