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
    public async Task An_api_that_trusts_a_gateway_does_not_listen_on_addresses_that_others_can_reach(string urls)
    {
        var (exit, output) = await RunOrdersAsync(new() { ["Identity"] = "Gateway", ["Urls"] = urls });

        Assert.NotEqual(0, exit);
        Assert.Contains("With Identity=Gateway this API trusts every client", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_that_trusts_a_gateway_does_not_start_with_Kestrel_endpoints()
    {
        var (exit, output) = await RunOrdersAsync(
            new() { ["Identity"] = "Gateway", ["Kestrel__Endpoints__All__Url"] = "http://0.0.0.0:0" });

        Assert.NotEqual(0, exit);
        Assert.Contains("not in Kestrel:Endpoints", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_with_an_unknown_identity_setting_does_not_start()
    {
        var (exit, output) = await RunOrdersAsync(new() { ["Identity"] = "Somebody", ["Urls"] = "http://127.0.0.1:0" });

        Assert.NotEqual(0, exit);
        Assert.Contains("The setting Identity is \"Somebody\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_servers_stop_when_the_sample_is_killed()
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

    /// <summary>Whether the process is running. A zombie process is not.</summary>
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
