using System.Globalization;
using System.Net.Http.Json;
using Spectre.Console;

namespace Gateway.Tours;

/// <summary>Calls the API in all three ways with the tokens of different users, and prints the responses.</summary>
internal static class Tour
{
    /// <summary>Makes all calls and prints their results.</summary>
    /// <returns>Whether every response had the expected status.</returns>
    public static async Task<bool> WalkAsync(ArticleSystem system, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var asExpected = true;
        var table = new Table().RoundedBorder().Title($"Three ways to call the orders API, with {system.Realm.Description}")
            .AddColumns(["Caller and token", "Request", .. system.Ways.Keys.Select(way => $"/{way}/")]);
        foreach (var step in await TourSteps.PrepareAsync(system, cancellation))
        {
            await (step.Before?.Invoke() ?? Task.CompletedTask);
            List<string> row = [Markup.Escape(step.Who), Markup.Escape($"{step.Method} /{step.Path}")];
            foreach (var (way, expected) in system.Ways.Values.Zip(step.Expected))
            {
                var status = await SendAsync(http, new Uri(way, step.Path), step, cancellation);
                asExpected &= status == expected;
                row.Add(status == expected
                    ? $"[{(status < 300 ? "green" : "yellow")}]{status}[/]"
                    : string.Create(CultureInfo.InvariantCulture, $"[red]{status}, expected {expected}[/]"));
            }

            table.AddRow([.. row]);
        }

        Print(table);
        return asExpected;
    }

    private static async Task<int> SendAsync(HttpClient http, Uri address, TourStep step, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(step.Method, address);
        request.Content = step.Method == HttpMethod.Post ? JsonContent.Create(new { item = "lamp", quantity = 3 }) : null;
        foreach (var token in step.Tokens)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        if (step.Forged is var (name, value))
        {
            request.Headers.Add(name, value);
        }

        using var response = await http.SendAsync(request, cancellation);
        return (int)response.StatusCode;
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
}
