using System.Net;
using System.Net.Http.Headers;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.Tests.Examples;

/// <summary>The code of docs/stored-events.md.</summary>
public sealed class StoredEventsTests
{
    [Fact]
    public async Task An_api_that_reads_stored_events_notices_a_disabled_user_and_a_role_that_was_taken_away()
    {
        var time = new ManualTimeProvider();
        await using var realm = await KeycloakRealm.StartAsync(
            new KeycloakRealmOptions { InMemory = true, TimeProvider = time, Logger = NullLogger.Instance },
            TestContext.Current.CancellationToken);

        realm.Users.AssignRole("service-account-orders-api", "view-events", "realm-management");

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(realm.Configuration("orders-api"));
        builder.Services.AddSingleton<TimeProvider>(time);

        builder.Services.AddKeycloakBearer().AddKeycloakEvents();

        builder.Services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName)
            .ConfigurePrimaryHttpMessageHandler(realm.CreateHandler);
        await using var app = builder.Build();
        app.MapGet("/write", () => "write").RequireClientRole("writer");
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = app.GetTestClient();
        var (alice, bob) = (realm.Token("alice").For("cli").Create(), realm.Token("bob").For("cli").Create());
        Assert.Equal(HttpStatusCode.OK, await CallAsync(alice));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(bob));

        realm.Users.UnassignRole("alice", "writer", "orders-api");
        realm.Users.Disable("bob");

        var (aliceGets, bobGets) = (HttpStatusCode.OK, HttpStatusCode.Forbidden);
        for (var i = 0; i < 2000 && (aliceGets, bobGets) != (HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized); i++)
        {
            // The pause between two polls begins some time after a poll has ended.
            time.Advance(TimeSpan.FromMilliseconds(50));
            (aliceGets, bobGets) = (await CallAsync(alice), await CallAsync(bob));
        }

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized), (aliceGets, bobGets));

        async Task<HttpStatusCode> CallAsync(string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/write");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }
}
