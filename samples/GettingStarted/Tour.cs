using System.Net.Http.Headers;
using Keycloak.ApiProtection.Testing;
using Spectre.Console;

namespace GettingStarted;

/// <summary>Calls the running API as different people with different tokens, over HTTP, and prints what it answered.</summary>
internal static class Tour
{
    /// <summary>Runs the application: with a tour on the embedded realm or where <c>--tour</c> asks for it, and only for its length with <c>--once</c>.</summary>
    /// <returns>0; 1 when an answer was not as expected.</returns>
    public static async Task<int> RunAsync(WebApplication app, KeycloakRealm? realm, string[] args)
    {
        await app.StartAsync();
        var once = args.Contains("--once");
        var asExpected = true;
        if (realm is not null || once || args.Contains("--tour"))
        {
            asExpected = await WalkAsync(app, realm);
        }

        if (!once)
        {
            AnsiConsole.MarkupLineInterpolated($"Serving on [bold]{app.Urls.First()}[/]. Ctrl+C ends it.");
            await app.WaitForShutdownAsync();
        }

        await app.StopAsync();
        return asExpected ? 0 : 1;
    }

    private static async Task<bool> WalkAsync(WebApplication app, KeycloakRealm? realm)
    {
        var address = app.Urls.First();
        using var keycloak = new TokenEndpoint(app.Configuration.GetSection("Keycloak"));
        using var api = new HttpClient { BaseAddress = new Uri(address) };
        var table = new Table().Title("A tour of the API").AddColumns("Who", "Which token", "Request", "Status", "Why", string.Empty);
        table.Expand().Columns[5].NoWrap();
        var asExpected = true;
        foreach (var step in await TourSteps.PrepareAsync(keycloak, realm))
        {
            using var request = new HttpRequestMessage(step.Method, step.Path);
            foreach (var token in step.Tokens)
            {
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
            }

            using var response = await api.SendAsync(request);
            var good = (int)response.StatusCode == step.Expected;
            asExpected &= good;
            table.AddRow(
                Markup.Escape(step.Who),
                Markup.Escape(step.Token),
                $"{step.Method} {step.Path}",
                $"[{(response.IsSuccessStatusCode ? "green" : "yellow")}]{(int)response.StatusCode}[/]",
                Markup.Escape(Why(response)),
                good ? "[green]as expected[/]" : $"[red]expected {step.Expected}[/]");
        }

        AnsiConsole.WriteLine();
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine();
        PrintCurl(keycloak, address);
        return asExpected;
    }

    /// <summary>What the API itself says about its answer: RFC 6750's header.</summary>
    private static string Why(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
        {
            return string.Empty;
        }

        var challenge = response.Headers.WwwAuthenticate.OfType<AuthenticationHeaderValue>().FirstOrDefault()?.Parameter ?? string.Empty;
        var said = challenge.Split(", ").Where(parameter => !parameter.StartsWith("realm=", StringComparison.Ordinal)).ToArray();
        return said.Length == 0 ? "no token" : string.Join(", ", said);
    }

    private static void PrintCurl(TokenEndpoint keycloak, string address)
    {
        // No markup: the lines are to be copied as they are.
        Console.WriteLine("To try it yourself:");
        Console.WriteLine();
        Console.WriteLine($"  TOKEN=$(curl -s {keycloak.Address} -d grant_type=password -d client_id=cli -d username=alice -d password=alice \\");
        Console.WriteLine("    -d scope='openid orders:write' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')");
        Console.WriteLine($"  curl -i {address}/me -H \"Authorization: Bearer $TOKEN\"");
        Console.WriteLine($"  curl -i -X POST {address}/orders -H \"Authorization: Bearer $TOKEN\"");
        Console.WriteLine();
    }
}
