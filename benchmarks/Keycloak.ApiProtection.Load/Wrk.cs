using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Keycloak.ApiProtection.Load;

/// <summary>
/// Runs the load generator wrk with one thread and a script that sends the tokens of a file in turn. A line is a token, or a bound token
/// and a proof.
/// </summary>
internal static class Wrk
{
    private const string Script = """
        local tokens, next = {}, 0
        function init(args)
          local count = tonumber(args[2])
          for line in io.lines(args[1]) do
            local token, proof = line:match("^(%S+) (%S+)$")
            tokens[#tokens + 1] = wrk.format("GET", nil,
              token and { ["Authorization"] = "DPoP " .. token, ["DPoP"] = proof } or { ["Authorization"] = "Bearer " .. line })
            if #tokens == count then break end
          end
        end
        function request()
          next = next % #tokens + 1
          return tokens[next]
        end
        function done(summary, latency)
          io.write(string.format("RESULT {\"requests\":%d,\"microseconds\":%d,\"errors\":%d,\"p50\":%f,\"p99\":%f}\n",
            summary.requests, summary.duration,
            summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout,
            latency:percentile(50), latency:percentile(99)))
        end
        """;

    public static async Task<WrkResult> RunAsync(
        Uri target, string folder, int tokens, int seconds, int connections, string file = "tokens.txt")
    {
        var script = Path.Combine(folder, "tokens.lua");
        await File.WriteAllTextAsync(script, Script);
        var start = new ProcessStartInfo("wrk") { RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            "--threads", "1", "--connections", Text(connections), "--duration", $"{Text(seconds)}s", "--timeout", "10s",
            "--script", script, target.AbsoluteUri, "--", Path.Combine(folder, file), Text(tokens),
        })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = output.Split('\n').LastOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk failed: {output}");
        var result = JsonSerializer.Deserialize<WrkResult>(line["RESULT ".Length..], JsonSerializerOptions.Web)!;
        return result.Errors == 0
            ? result
            : throw new InvalidOperationException($"wrk reported {result.Errors} errors: {output}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
