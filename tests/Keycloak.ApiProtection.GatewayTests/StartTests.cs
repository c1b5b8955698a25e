using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Gateway;
using Gateway.Servers;

namespace Keycloak.ApiProtection.GatewayTests;

public sealed partial class StartTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://127.0.0.1:0;http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://example.com:0")]
    public async Task An_api_that_believes_a_gateway_does_not_listen_to_others(string urls)
    {
        var (exit, output) = await RunOrdersAsync(new() { ["Identity"] = "Gateway", ["Urls"] = urls });

        Assert.NotEqual(0, exit);
        Assert.Contains("With Identity=Gateway this API believes whoever reaches it", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_that_believes_a_gateway_has_no_addresses_that_are_not_checked()
    {
        var (exit, output) = await RunOrdersAsync(new() { ["Identity"] = "Gateway", ["Kestrel__Endpoints__All__Url"] = "http://0.0.0.0:0" });

        Assert.NotEqual(0, exit);
        Assert.Contains("not in Kestrel:Endpoints", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_that_is_not_told_whom_to_believe_does_not_start()
    {
        var (exit, output) = await RunOrdersAsync(new() { ["Identity"] = "Somebody", ["Urls"] = "http://127.0.0.1:0" });

        Assert.NotEqual(0, exit);
        Assert.Contains("The setting Identity is \"Somebody\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_left_running_when_the_sample_is_killed()
    {
        Assert.SkipWhen(NginxInstallation.Find(out var reason) is null, reason);
        using var sample = Start(typeof(ArticleSystem).Assembly.Location, new() { ["KEYCLOAK_HOME"] = string.Empty });
        var ids = new List<int>();
        using var timeout = new CancellationTokenSource(Patience);
        while (await sample.StandardOutput.ReadLineAsync(timeout.Token) is { } line && !line.StartsWith("Ctrl+C", StringComparison.Ordinal))
        {
            ids.AddRange(ProcessId().Matches(line).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)));
        }

        Assert.Equal(5, ids.Count);
        Assert.All(ids, id => Assert.True(IsRunning(id)));

        sample.Kill();
        while (ids.Exists(IsRunning))
        {
            await Task.Delay(20, timeout.Token);
        }
    }

    private static async Task<(int Exit, string Output)> RunOrdersAsync(Dictionary<string, string> settings)
    {
        var orders = typeof(ArticleSystem).Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyMetadataAttribute), inherit: false)
            .Cast<System.Reflection.AssemblyMetadataAttribute>().Single(one => one.Key == "Program:Orders").Value!;
        settings["Shipping__Address"] = "http://127.0.0.1:1";
        using var program = Start(orders, settings);
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            var errors = program.StandardError.ReadToEndAsync(timeout.Token);
            var output = await program.StandardOutput.ReadToEndAsync(timeout.Token) + await errors;
            await program.WaitForExitAsync(timeout.Token);
            return (program.ExitCode, output);
        }
        finally
        {
            program.Kill();
        }
    }

    private static Process Start(string program, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(program)!,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>A process that has ended and that nobody has waited for yet does not run.</summary>
    private static bool IsRunning(int id)
    {
        var status = $"/proc/{id}/stat";
        try
        {
            return File.Exists(status) && File.ReadAllText(status).Split(") ")[^1][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"process (\d+)")]
    private static partial Regex ProcessId();
}
