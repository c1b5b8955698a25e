using System.Net;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Tests;

public sealed class KeycloakRealmTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_started_realm_serves_discovery_keys_and_the_password_grant(bool inMemory)
    {
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = inMemory }, Cancellation);
        using var client = realm.CreateClient();

        var discovery = JsonNode.Parse(await client.GetStringAsync($"{realm.Issuer}/.well-known/openid-configuration", Cancellation))!;
        Assert.Equal(realm.Issuer, (string?)discovery["issuer"]);
        var jwks = JsonNode.Parse(await client.GetStringAsync((string?)discovery["jwks_uri"], Cancellation))!;
        Assert.Equal(5, jwks["keys"]!.AsArray().Count);

        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["client_id"] = "cli",
            ["username"] = "alice",
            ["password"] = "alice",
        });
        using var answer = await client.PostAsync((string?)discovery["token_endpoint"], form, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotEmpty(realm.Token("alice").For("cli").WithScope("orders:write").Create());
    }
}
