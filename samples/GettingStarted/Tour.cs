using System.Globalization;
using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Testing;
using Microsoft.Extensions.Options;
using Spectre.Console;

namespace GettingStarted;

/// <summary>Calls the running API over HTTP with the tokens of different users, and prints the responses.</summary>
internal static class Tour
{
    private const string Once = "--once";
    private const string OnAnyKeycloak = "--tour";

    /// <summary>Returns the arguments without those of the tour.</summary>
    public static string[] Settings(string[] args) => [.. args.Except([Once, OnAnyKeycloak])];

    /// <summary>
    /// Runs the application. The tour is made with the embedded realm, or if <c>--tour</c> is given. With <c>--once</c> the application
    /// makes the tour and stops.
    /// </summary>
    /// <returns>0; 1 if a response did not have the expected status.</returns>
    public static async Task<int> RunAsync(WebApplication app, KeycloakRealm? realm, string[] args)
    {
        await app.StartAsync();
        var once = args.Contains(Once);
        var asExpected = true;
        if (realm is not null || once || args.Contains(OnAnyKeycloak))
        {
            asExpected = await WalkAsync(app, realm);
        }

        if (!once)
        {
            Console.WriteLine($"Listening on {app.Urls.First()}. Press Ctrl+C to stop.");
            await app.WaitForShutdownAsync();
        }

        await app.StopAsync();
        return asExpected ? 0 : 1;
    }

    private static async Task<bool> WalkAsync(WebApplication app, KeycloakRealm? realm)
    {
        var address = app.Urls.First();
        var options = app.Services.GetRequiredService<IOptionsMonitor<KeycloakBearerOptions>>()
            .Get(KeycloakBearerDefaults.AuthenticationScheme);
        using var keycloak = new TokenEndpoint(options);
        using var api = new HttpClient { BaseAddress = new Uri(address) };
        var why = Rejections.Listen(options);
        if (realm is not null)
        {
            DemoRealm.TellOfLogouts(realm, address);
        }

        var asExpected = true;
        var table = new Table().RoundedBorder().Title("A tour of the API").AddColumns("Caller", "Token", "Request", "Status", "Reason");
        foreach (var step in await TourSteps.PrepareAsync(keycloak, realm, new Uri(address)))
        {
            await (step.Before?.Invoke() ?? Task.CompletedTask);
            using var request = new HttpRequestMessage(step.Method, step.Path);
            foreach (var token in step.Tokens)
            {
                request.Headers.TryAddWithoutValidation("Authorization", $"{(step.Proof is null ? "Bearer" : "DPoP")} {token}");
            }

            if (step.Proof is { } proof)
            {
                request.Headers.Add("DPoP", proof);
            }

            using var response = await api.SendAsync(request);
            var status = (int)response.StatusCode;
            asExpected &= status == step.Expected;
            table.AddRow(
                Markup.Escape(step.Who),
                Markup.Escape(step.Token),
                $"{step.Method} {step.Path}",
                status == step.Expected
                    ? $"[{(response.IsSuccessStatusCode ? "green" : "yellow")}]{status}[/]"
                    : string.Create(CultureInfo.InvariantCulture, $"[red]{status}, expected {step.Expected}[/]"),
                Markup.Escape(why.Of(response)));
        }

        Print(table);
        PrintCurl(keycloak, address);
        return asExpected;
    }

    private static void Print(Table table)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Width = 160;
        }

        AnsiConsole.WriteLine();
        AnsiConsole.Write(table);
    }

    private static void PrintCurl(TokenEndpoint keycloak, string address)
    {
        // Without markup, so that the commands can be copied.
        Console.WriteLine();
        Console.WriteLine("To try it yourself:");
        Console.WriteLine();
        Console.WriteLine($"  TOKEN=$(curl -s {keycloak.Address} -d grant_type=password -d client_id=cli \\");
        Console.WriteLine(
            "    -d username=alice -d password=alice -d scope='openid orders:write' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')");
        Console.WriteLine($"  curl -i {address}/me -H \"Authorization: Bearer $TOKEN\"");
        Console.WriteLine($"  curl -i -X POST {address}/orders -H \"Authorization: Bearer $TOKEN\"");
        Console.WriteLine();
    }
}
