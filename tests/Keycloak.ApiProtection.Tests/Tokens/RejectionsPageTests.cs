using System.Reflection;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>Checks that docs/rejections.md, where readers of a log search for a code, contains the texts of the source code.</summary>
public sealed class RejectionsPageTests
{
    private const string Page = "docs/rejections.md";

    [Fact]
    public void The_table_lists_exactly_all_codes_with_status_reason_and_remedy() =>
        DocumentedTable.Check(
            Page,
            TokenRejection.All
                .Select(rejection =>
                    $"| `{rejection.Code}` | {(rejection.Error == "invalid_request" ? 400 : 401)} `{rejection.Error}` "
                    + $"| {rejection.Reason} | {rejection.Remedy} |")
                .Prepend("|---|---|---|---|")
                .Prepend("| code | answer | what was wrong | what to change |"));

    [Fact]
    public void The_page_quotes_the_log_message_exactly()
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
    public async Task The_example_of_the_page_is_the_actual_log_message()
    {
        await using var app = await ProtectedApp.StartAsync();

        await app.GetAsync("/me", app.Alice.With("aud", "[\"account\"]").WithText("azp", "spa"));

        var line = app.Realm.Log.Text("TokenRejected");
        Assert.Contains($"\n{line}\n", File.ReadAllText(Repository.File(Page)), StringComparison.Ordinal);
    }
}
