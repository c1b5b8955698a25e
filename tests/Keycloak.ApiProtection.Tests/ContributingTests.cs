using System.Diagnostics;

namespace Keycloak.ApiProtection.Tests;

/// <summary>Statements of CONTRIBUTING.md about a test run.</summary>
public sealed class ContributingTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("keycloak-26.7.3", false)]
    public async Task A_test_run_without_a_real_Keycloak_reports_which_tests_are_skipped_and_why(string? home, bool says)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "msbuild", Repository.File("tests/Keycloak.ApiProtection.KeycloakTests"), "-nologo", "-verbosity:minimal",
                "-target:SayWhatIsSkipped",
            },
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("KEYCLOAK_HOME");
        if (home is not null)
        {
            start.Environment["KEYCLOAK_HOME"] = home;
        }

        using var run = Process.Start(start)!;
        var output = await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(says, output.Contains("KEYCLOAK_HOME is not set", StringComparison.Ordinal));
        Assert.Contains(
            "KEYCLOAK_HOME",
            await File.ReadAllTextAsync(Repository.File("CONTRIBUTING.md"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }
}
