using System.Net;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Examples;

/// <summary>The API of docs/dpop.md.</summary>
public sealed class DpopTests
{
    [Fact]
    public async Task The_example_accepts_a_bound_token_and_rejects_an_unbound_one()
    {
        await using var realm = await KeycloakRealm.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.WebHost.UseKeycloakRealm(realm, "orders-api");
        builder.Services.AddKeycloakBearer();                                   // bound tokens are already checked
        await using var app = builder.Build();
        app.MapPost("/payments", () => "paid").RequireProofOfPossession();      // unbound tokens are rejected here
        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, await PayAsync(app, realm));
        using var client = app.GetTestClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", realm.Token("alice").Create());
        using var unbound = await client.PostAsync("/payments", content: null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, unbound.StatusCode);
    }

    private static async Task<HttpStatusCode> PayAsync(WebApplication app, KeycloakRealm realm)
    {
        var api = new TestApi(app);
        using var key = realm.Dpop();
        using var handler = new DpopHandler(key, realm.Token("alice").BoundTo(key).Create());
        using var client = api.CreateDefaultClient(handler);
        using var response = await client.PostAsync("/payments", content: null, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>The one method of <c>WebApplicationFactory</c> that the example uses.</summary>
    private sealed class TestApi(WebApplication app)
    {
        public HttpClient CreateDefaultClient(DelegatingHandler handler)
        {
            handler.InnerHandler = app.GetTestServer().CreateHandler();
            return new HttpClient(handler, disposeHandler: false) { BaseAddress = new Uri("http://localhost") };
        }
    }
}
