using System.Reflection;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>docs/rejections.md is what readers of a log search for the code: its texts are those of the code.</summary>
public sealed class RejectionsPageTests
{
    private const string Page = "docs/rejections.md";

    [Fact]
    public void The_table_has_every_code_with_its_answer_its_reason_and_its_remedy_and_nothing_else() =>
        DocumentedTable.Check(
            Page,
            TokenRejection.All
                .Select(rejection => $"| `{rejection.Code}` | {(rejection.Error == "invalid_request" ? 400 : 401)} `{rejection.Error}` | {rejection.Reason} | {rejection.Remedy} |")
                .Prepend("|---|---|---|---|")
                .Prepend("| code | answer | what was wrong | what to change |"));

    [Fact]
    public void The_log_line_is_quoted_as_it_is_written()
    {
        var message = typeof(BearerLog).GetMethod(nameof(BearerLog.TokenRejected))!.GetCustomAttribute<LoggerMessageAttribute>()!.Message;
        var line = message.Replace("{Scheme}", "<scheme>", StringComparison.Ordinal)
            .Replace("{Code}", "<code>", StringComparison.Ordinal)
            .Replace("{Reason}", "<reason>", StringComparison.Ordinal)
            .Replace("{Remedy}", "<remedy>", StringComparison.Ordinal)
            .Replace("{More}", " (<count> more since the last message)", StringComparison.Ordinal);

        Assert.DoesNotContain('{', line);
        Assert.Contains($"\n{line}\n", File.ReadAllText(Repository.File(Page)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_is_what_the_log_says_of_such_a_token()
    {
        await using var app = await ProtectedApp.StartAsync();

        await app.GetAsync("/me", app.Alice.With("aud", "[\"account\"]").WithText("azp", "spa"));

        var line = app.Realm.Log.Text("TokenRejected");
        Assert.Contains($"\n{line}\n", File.ReadAllText(Repository.File(Page)), StringComparison.Ordinal);
    }
}
