using System.Diagnostics;
using System.Text.Json;
using Gateway;
using Gateway.Servers;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>
/// Measures the three ways of <c>samples/Gateway</c> in alternation with one token. Then it measures how long each way still accepts a
/// revoked token, and whether ended sessions stay ended.
/// </summary>
internal static class GatewayComparison
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(string folder, GatewaySettings settings)
    {
        if (!OperatingSystem.IsLinux())
        {
            await Console.Error.WriteLineAsync("The CPU time of the servers is read from /proc. Run this on Linux.");
            return 1;
        }

        if (ArticleSystemOptions.FindKeycloak(out var reason) is not { } keycloak)
        {
            await Console.Error.WriteLineAsync(reason);
            return 1;
        }

        if (NginxInstallation.Find(out reason) is not { } nginx)
        {
            await Console.Error.WriteLineAsync(reason);
            return 1;
        }

#if DEBUG
        await Console.Error.WriteLineAsync("This is a Debug build, and so are the APIs. Its results are not meaningful. Use -c Release.");
#endif

        // Inherited by the servers. Without it, the time to log each request would dominate the results.
        Environment.SetEnvironmentVariable("Logging__LogLevel__Default", "Warning");

        Directory.CreateDirectory(folder);
        var freshness = TimeSpan.FromSeconds(5);
        Console.WriteLine("Starting Keycloak, NGINX and the APIs ...");
        await using var system = await ArticleSystem.StartAsync(new ArticleSystemOptions
        {
            Keycloak = keycloak,
            Nginx = nginx,
            Freshness = freshness,
            AccessTokenLifespan = TimeSpan.FromHours(2),
        });
        if (system.Storefront is { } storefront)
        {
            await storefront.StopAsync();    // the measurements do not use a browser
        }

        var (letters, measurements) = await LoadAsync(system, folder, settings);
        var delays = await RevocationDelays.MeasureAsync(system, freshness);
        var ended = await SessionsEndedInUse.MeasureAsync(system, freshness);
        var results = new GatewayResults(
            DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()),
            Machine.Describe(),
            keycloak.Version.ToString(),
            await VersionAsync(nginx),
            settings,
            letters,
            freshness.TotalSeconds,
            measurements,
            delays,
            ended);
        await File.WriteAllTextAsync(Path.Combine(folder, GatewayReport.FileName), JsonSerializer.Serialize(results, Json));
        Console.WriteLine();
        Console.WriteLine(GatewayTables.Of(results, Wording.English));
        return 0;
    }

    private static async Task<(int Letters, IReadOnlyList<WayMeasurement> Measurements)> LoadAsync(
        ArticleSystem system, string folder, GatewaySettings settings)
    {
        var token = (await system.Tokens.PasswordAsync("alice")).Access;
        var file = Path.Combine(folder, "tokens.txt");
        await File.WriteAllTextAsync(file, token);
        var targets = new Dictionary<string, Uri>
        {
            [Way.Introspected] = new(system.Introspected, "orders"),
            [Way.Checked] = new(system.Checked, "orders"),
            [Way.Direct] = new(system.Direct, "orders"),
            [Way.WithoutNginx] = new(system.OrdersDirect.Address, "orders"),
        };
        try
        {
            var measurements = new List<WayMeasurement>();
            for (var round = 0; round <= settings.Rounds; round++)
            {
                foreach (var way in Way.All)
                {
                    // Round 0 is a warm-up and is not counted.
                    var seconds = round == 0 ? settings.WarmUp : settings.Seconds;
                    var one = await MeasureAsync(system, way, targets[way], round, folder, settings with { Seconds = seconds });

                    // After its turn, a server may still compile or collect garbage, which must not count for the next one.
                    await Task.Delay(Pause, TimeProvider.System);
                    if (round > 0)
                    {
                        measurements.Add(one);
                        Console.WriteLine(
                            $"{round} {way}: {one.RequestsPerSecond:N0}/s, "
                            + $"CPU {one.NginxCpu:N0} + {one.ApiCpu:N0} + {one.KeycloakCpu:N0} us");
                    }
                }
            }

            return (token.Length, measurements);
        }
        finally
        {
            File.Delete(file);
            File.Delete(Path.Combine(folder, "tokens.lua"));
        }
    }

    private static async Task<WayMeasurement> MeasureAsync(
        ArticleSystem system, string way, Uri target, int round, string folder, GatewaySettings settings)
    {
        int[] apis = way switch
        {
            Way.Introspected => [system.OrdersBehind.Id],
            Way.Checked => [system.OrdersBehind.Id, system.TokenCheck.Id],
            _ => [system.OrdersDirect.Id],
        };
        double[] Cpu() =>
        [
            GroupCpu.Microseconds(system.Nginx.Id),
            GroupCpu.Microseconds(apis),
            GroupCpu.Microseconds(system.Realm.ProcessId!.Value),
        ];

        var before = Cpu();
        var load = await Wrk.RunAsync(target, folder, 1, settings.Seconds, settings.Connections);
        var used = Cpu().Zip(before, (after, earlier) => (after - earlier) / load.Requests).ToArray();
        return new WayMeasurement(
            way, round, load.Requests * 1e6 / load.Microseconds, used[0], used[1], used[2], load.P50 / 1000, load.P99 / 1000);
    }

    /// <summary>Returns the version, such as <c>1.26.3</c>. NGINX writes "nginx version: nginx/1.26.3" to standard error.</summary>
    private static async Task<string> VersionAsync(NginxInstallation nginx)
    {
        using var process = Process.Start(new ProcessStartInfo(nginx.Program, "-v") { RedirectStandardError = true })!;
        var text = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text.Split('/')[^1].Split(' ')[0].Trim();
    }
}
