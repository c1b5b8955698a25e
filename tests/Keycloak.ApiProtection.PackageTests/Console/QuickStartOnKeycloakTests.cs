using System.Buffers.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.PackageTests.Readme;

namespace Keycloak.ApiProtection.PackageTests.Console;

/// <summary>README's quick start on a real Keycloak that README's own steps, or README's realm, have set up.</summary>
public sealed class QuickStartOnKeycloakTests(QuickStart quickStart, KeycloakFixture keycloak) : IClassFixture<KeycloakFixture>
{
    /// <summary>What differs from one token to the next.</summary>
    private static readonly string[] Momentary = ["exp", "iat", "auth_time", "jti", "sid", "sub"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_steps_in_the_console_and_the_imported_realm_lead_to_what_readme_says_and_to_the_same_token()
    {
        Assert.SkipWhen(keycloak.Missing is not null, keycloak.Missing ?? "");
        var admin = keycloak.Server.Admin;

        await ConsoleSteps.PerformAsync(admin, Cancelled);
        var byHand = await TryAsync();
        await admin.DeleteAsync($"/admin/realms{ConsoleSteps.Realm}", null, Cancelled);
        await admin.ImportRealmAsync(QuickStart.RealmJson, Cancelled);
        var imported = await TryAsync();
        await admin.DeleteAsync($"/admin/realms{ConsoleSteps.Realm}", null, Cancelled);

        Assert.Equal(byHand, imported);
    }

    /// <summary>Makes README's calls, expects README's answers and returns what the token says.</summary>
    private async Task<string> TryAsync()
    {
        await using var api = await quickStart.StartApiAsync(keycloak.Server.BaseAddress, Cancelled);
        using var terminal = new Terminal(keycloak.Server.BaseAddress, api.Address);
        var answers = await terminal.RunAsync(QuickStart.CurlLines, Cancelled);
        Assert.Equal(Terminal.Expected(QuickStart.CurlLines), answers);
        return Lasting(terminal.Token);
    }

    private static string Lasting(string token)
    {
        var payload = JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!.AsObject();
        foreach (var name in Momentary)
        {
            payload.Remove(name);
        }

        return Sorted(payload)!.ToJsonString();
    }

    /// <summary>Members and lists in one order: Keycloak promises none.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, member.Key == "scope" ? SortedScope(member.Value) : Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted).OrderBy(item => item?.ToJsonString(), StringComparer.Ordinal)]),
        _ => node?.DeepClone(),
    };

    private static JsonNode SortedScope(JsonNode? scope) => string.Join(' ', ((string)scope!).Split(' ').Order(StringComparer.Ordinal));
}
