using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.PackageTests.Readme;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.PackageTests;

/// <summary>Runs the quick start of the README on the embedded realm, with the realm that the README offers for import.</summary>
public sealed class QuickStartTests(QuickStart quickStart)
{
    private const string Secret = "a secret of these tests";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_api_of_the_quick_start_responds_to_each_curl_call_as_the_readme_says()
    {
        await using var realm = await StartRealmAsync(QuickStart.RealmJson);
        await using var api = await quickStart.StartApiAsync(realm.BaseAddress, Cancelled);
        using var terminal = new Terminal(realm.BaseAddress, api.Address);

        var answers = await terminal.RunAsync(QuickStart.CurlLines, Cancelled);

        Assert.Equal(["GET / 200", "GET /orders 401", "GET /orders 200", "POST /orders 403"], answers);
        Assert.Equal(Terminal.Expected(QuickStart.CurlLines), answers);
    }

    [Fact]
    public async Task Without_the_audience_mapper_users_without_a_role_of_the_api_get_401_and_with_it_403()
    {
        await using var with = await StartRealmAsync(RealmWithBob(audienceMapper: true));
        await using var without = await StartRealmAsync(RealmWithBob(audienceMapper: false));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), await OrdersForAliceAndBobAsync(with));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), await OrdersForAliceAndBobAsync(without));
    }

    [Fact]
    public async Task The_active_token_line_works_with_client_authentication_and_without_a_secret_startup_fails()
    {
        var line = QuickStart.Readme.Block("csharp", "RequireActiveToken");
        var realmJson = JsonNode.Parse(QuickStart.RealmJson)!;
        var client = realmJson["clients"]!.AsArray().Single(client => (string?)client!["clientId"] == "orders-api")!;
        client["publicClient"] = false;
        client["secret"] = Secret;
        await using var realm = await StartRealmAsync(realmJson.ToJsonString());

        var stopped = await Assert.ThrowsAsync<InvalidOperationException>(
            () => quickStart.StartApiWithAsync(line, realm.BaseAddress, secret: null, Cancelled));
        await using var api = await quickStart.StartApiWithAsync(line, realm.BaseAddress, Secret, Cancelled);
        var token = realm.Token("alice").For("orders-cli");

        Assert.Contains("credentials", stopped.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.NoContent, await SendAsync(api.Address, HttpMethod.Delete, "/orders/3", token.Create()));
        var loggedOut = token.Create();
        realm.Sessions.LogOut("alice");
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(api.Address, HttpMethod.Delete, "/orders/3", loggedOut));
    }

    [Fact]
    public async Task The_test_of_the_testing_readme_passes_in_its_own_project()
    {
        var output = await quickStart.TestAsync(Cancelled);

        Assert.Contains("Passed!", output, StringComparison.Ordinal);
        Assert.Matches(@"Failed:\s+0, Passed:\s+1, Skipped:\s+0", output);
    }

    private static Task<KeycloakRealm> StartRealmAsync(string json) =>
        KeycloakRealm.StartAsync(new KeycloakRealmOptions { RealmExport = json }, Cancelled);

    private static string RealmWithBob(bool audienceMapper)
    {
        var realm = JsonNode.Parse(QuickStart.RealmJson)!;
        realm["users"]!.AsArray().Add(new JsonObject { ["username"] = "bob", ["enabled"] = true });
        if (!audienceMapper)
        {
            var scopes = realm["clientScopes"]!.AsArray();
            scopes.Single(scope => (string?)scope!["name"] == "orders:read")!["protocolMappers"] = new JsonArray();
        }

        return realm.ToJsonString();
    }

    private async Task<(HttpStatusCode Alice, HttpStatusCode Bob)> OrdersForAliceAndBobAsync(KeycloakRealm realm)
    {
        await using var api = await quickStart.StartApiAsync(realm.BaseAddress, Cancelled);
        return (
            await SendAsync(api.Address, HttpMethod.Get, "/orders", realm.Token("alice").For("orders-cli").Create()),
            await SendAsync(api.Address, HttpMethod.Get, "/orders", realm.Token("bob").For("orders-cli").Create()));
    }

    private static async Task<HttpStatusCode> SendAsync(Uri api, HttpMethod method, string path, string token)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(method, new Uri(api, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, Cancelled);
        return response.StatusCode;
    }
}
