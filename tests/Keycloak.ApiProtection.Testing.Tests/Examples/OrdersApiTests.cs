#pragma warning disable xUnit1051 // The examples are written as users write them, without a cancellation token.
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Keycloak.ApiProtection.Testing.Tests.Examples;

/// <summary>Tests as a user writes them for an API of their own; here the API is samples/GettingStarted.</summary>
public sealed class OrdersApiTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_writers_write_orders()
    {
        await using var realm = await KeycloakRealm.StartAsync();
        await using var api = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.UseKeycloakRealm(realm, "orders-api"));
        using var client = api.CreateClient();

        Assert.Equal(HttpStatusCode.Created, await PostAsync(client, realm.Token("alice").WithScope("orders:write").Create()));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(client, realm.Token("bob").WithScope("orders:write").Create()));
        Assert.Equal(
            HttpStatusCode.Unauthorized, await PostAsync(client, realm.Token("alice").WithScope("orders:write").Expired().Create()));
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string token)
    {
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (await client.PostAsync("/orders", null, Cancellation)).StatusCode;
    }

    [Fact]
    public async Task An_API_works_without_a_port_and_fetches_the_keys_once()
    {
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true }, Cancellation);
        await using var api = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.UseKeycloakRealm(realm, "orders-api"));
        using var client = api.CreateClient();

        Assert.Equal(HttpStatusCode.Created, await PostAsync(client, realm.Token("alice").WithScope("orders:write").Create()));
        Assert.Equal(HttpStatusCode.Created, await PostAsync(client, realm.Token("alice").WithScope("orders:write").Create()));
        Assert.Equal((1, 1), (realm.Requests.Discovery, realm.Requests.Jwks));
    }

    [Fact]
    public async Task A_custom_realm_is_read_from_its_export()
    {
        File.WriteAllText("my-realm.json", """
            {
              "realm": "mine",
              "users": [ { "username": "dora", "enabled": true } ],
              "clients": [ { "clientId": "web", "publicClient": true } ]
            }
            """);

        await using var realm = await KeycloakRealm.StartAsync(new KeycloakRealmOptions { RealmExport = "my-realm.json" });

        Assert.Equal("mine", realm.Name);
        Assert.EndsWith("/realms/mine", realm.Issuer, StringComparison.Ordinal);
    }
}
