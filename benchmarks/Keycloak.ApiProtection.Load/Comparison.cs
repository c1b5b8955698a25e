using System.Text.Json;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Load;

/// <summary>Measures all servers in alternation, so that other programs on the machine affect all of them equally.</summary>
internal static class Comparison
{
    /// <summary>The file with the results of all ways to protect an API.</summary>
    public const string LoadFile = "load.json";

    /// <summary>The file with the results of bound tokens.</summary>
    public const string ProofsFile = "proofs.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Compares all ways to protect an API, and measures the memory of cached tokens.</summary>
    public static Task<int> RunAsync(string folder, Settings settings) =>
        RunAsync(folder, LoadFile, settings, Scenario.All, measuresMemory: true);

    /// <summary>Compares a token that is bound to a key, with a proof for each request, with one that is not.</summary>
    public static Task<int> RunProofsAsync(string folder, Settings settings) =>
        RunAsync(folder, ProofsFile, settings with { Tokens = 1 }, Scenario.Proofs, measuresMemory: false);

    private static async Task<int> RunAsync(
        string folder, string file, Settings settings, IReadOnlyList<Scenario> scenarios, bool measuresMemory)
    {
        Directory.CreateDirectory(folder);
        await using var realm = await KeycloakRealm.StartAsync();
        var token = TokenOf(realm);
        var letters = await MintAsync(token, Path.Combine(folder, "tokens.txt"), settings.Tokens);
        using var key = realm.Dpop();
        var proofs = new ProofFile(key, token.BoundTo(key).Create(), Path.Combine(folder, ProofFile.Name));
        var configuration = realm.Configuration("orders-api")
            .Where(setting => !setting.Key.EndsWith("secret", StringComparison.Ordinal)).ToArray();
        var servers = new Dictionary<string, ServerProcess>();
        try
        {
            foreach (var kind in scenarios.Select(scenario => scenario.Server).Distinct())
            {
                servers[kind] = await ServerProcess.StartAsync(kind, configuration);
            }

            var measurements = new List<Measurement>();
            for (var round = 0; round <= settings.Rounds; round++)
            {
                foreach (var scenario in scenarios)
                {
                    // Round 0 is a warm-up and is not counted.
                    var measurement = await MeasureAsync(servers[scenario.Server], scenario, round, folder, settings, proofs);
                    if (round > 0)
                    {
                        measurements.Add(measurement);
                        Console.WriteLine(
                            $"{round} {scenario.Name}: {measurement.RequestsPerSecond:N0}/s, {measurement.CpuPerRequest:N1} us CPU, "
                            + $"{measurement.AllocatedPerRequest:N0} B");
                    }
                }
            }

            var memory = measuresMemory ? await LiveTokensAsync(configuration, folder, settings) : 0;
            var results = new Results(
                DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()),
                Machine.Describe(),
                settings,
                measurements,
                measuresMemory ? settings.Tokens : 0,
                memory,
                letters);
            await File.WriteAllTextAsync(Path.Combine(folder, file), JsonSerializer.Serialize(results, Json));
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
        ServerProcess server, Scenario scenario, int round, string folder, Settings settings, ProofFile proofs)
    {
        var target = new Uri(server.Address, "/hello");
        var (tokens, file) = scenario.SendsProofs
            ? (await proofs.WriteAsync(target, settings.Seconds), ProofFile.Name)
            : (Math.Min(scenario.Tokens, settings.Tokens), "tokens.txt");
        var before = await server.StateAsync();
        var load = await Wrk.RunAsync(target, folder, tokens, settings.Seconds, settings.Connections, file);
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

    /// <summary>Builds a token of about 1,500 characters, signed with RS256, which is Keycloak's default.</summary>
    private static TokenBuilder TokenOf(KeycloakRealm realm)
    {
        var builder = realm.Token("alice").For("cli").WithAudience("orders-api").ExpiresIn(TimeSpan.FromHours(12));
        var missing = 1500 - builder.Create().Length;
        return missing > 40 ? builder.WithClaim("note", new string('x', (missing - 40) * 3 / 4)) : builder;
    }

    private static async Task<int> MintAsync(TokenBuilder builder, string file, int count)
    {
        Console.WriteLine($"Signing {count:N0} tokens ...");
        var tokens = new string[count];
        Parallel.For(0, count, number => tokens[number] = builder.WithClaim("number", number).Create());
        await File.WriteAllLinesAsync(file, tokens);
        return tokens[0].Length;
    }
}
