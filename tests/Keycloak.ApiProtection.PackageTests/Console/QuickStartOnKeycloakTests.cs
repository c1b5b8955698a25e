using System.Buffers.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.PackageTests.Readme;

namespace Keycloak.ApiProtection.PackageTests.Console;

/// <summary>Runs the quick start of the README on a real Keycloak that is set up by its steps, or by its realm for import.</summary>
public sealed class QuickStartOnKeycloakTests(QuickStart quickStart, KeycloakFixture keycloak) : IClassFixture<KeycloakFixture>
{
    /// <summary>The claims that differ from one token to the next.</summary>
    private static readonly string[] Momentary = ["exp", "iat", "auth_time", "jti", "sid", "sub"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_console_steps_and_the_imported_realm_give_the_responses_of_the_readme_and_the_same_token()
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

    /// <summary>Makes the calls of the README, expects its responses, and returns the claims of the token.</summary>
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

    /// <summary>Sorts members and lists because Keycloak guarantees no order.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, member.Key == "scope" ? SortedScope(member.Value) : Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted).OrderBy(item => item?.ToJsonString(), StringComparer.Ordinal)]),
        _ => node?.DeepClone(),
    };

    private static JsonNode SortedScope(JsonNode? scope) => string.Join(' ', ((string)scope!).Split(' ').Order(StringComparer.Ordinal));
}
