#pragma warning disable xUnit1051 // The examples are written as users write them, without a cancellation token.
using System.Net;
using System.Text;
using Keycloak.ApiProtection.Testing.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Keycloak.ApiProtection.Testing.Tests.Examples;

/// <summary>Tests of bound tokens as a user writes them for an API of their own; here the API is samples/GettingStarted.</summary>
public sealed class BoundTokenTests
{
    [Fact]
    public async Task An_old_proof_is_rejected()
    {
        await using var realm = await KeycloakRealm.StartAsync();
        await using var api = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.UseKeycloakRealm(realm, "orders-api"));

        using var key = realm.Dpop();
        using var handler = new DpopHandler(key, realm.Token("alice").BoundTo(key).Create());
        using var client = api.CreateDefaultClient(handler);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/orders")).StatusCode);

        handler.ChangeProof = proof => proof.IssuedAgo(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/orders")).StatusCode);
    }

    [Fact]
    public async Task A_token_is_bound_to_a_key_by_the_realm_itself()
    {
        await using var realm = await KeycloakRealm.StartAsync();
        using var key = realm.Dpop();

        using var client = new HttpClient(new DpopHandler(key, accessToken: null, realm.CreateHandler()));
        using var form = new StringContent(
            "grant_type=password&client_id=dpop&username=alice&password=alice", Encoding.ASCII, "application/x-www-form-urlencoded");
        using var response = await client.PostAsync(realm.Issuer + "/protocol/openid-connect/token", form);

        var answer = await Exchange.ReadAsync(response, TestContext.Current.CancellationToken);
        Assert.Equal(key.Thumbprint, (string?)Decoded.Of(answer.AccessToken).Claims["cnf"]!["jkt"]);
    }
}
