using System.Net;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Tests.Configuration;

/// <summary>The most common problem: Keycloak has one host name inside a network and another one outside.</summary>
public sealed class DiscoveryIssuerTests
{
    private const string Outside = "http://localhost:8080/realms/demo";

    [Fact]
    public async Task Tokens_of_a_configured_issuer_are_accepted_even_if_the_discovery_document_names_another()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.ValidIssuers.Add(Outside));

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice.WithText("iss", Outside))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", app.Alice)).StatusCode);
    }

    [Fact]
    public async Task The_metadata_address_can_differ_from_the_issuer()
    {
        await using var app = await ProtectedApp.StartAsync(options =>
        {
            options.Authority = Outside;
            options.MetadataAddress = DemoRealm.Issuer + "/.well-known/openid-configuration";
        });

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice.WithText("iss", Outside))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", app.Alice)).StatusCode);
    }

    [Fact]
    public async Task A_discovery_document_of_a_foreign_issuer_is_rejected()
    {
        var realm = await DemoRealm.StartAsync();
        realm.Faults.AnswerWrongly(WrongAnswer.ForeignIssuer, RealmEndpoint.Discovery);
        await using var app = await ProtectedApp.StartAsync(
            services => Microsoft.Extensions.DependencyInjection.KeycloakBearerExtensions.AddKeycloakBearer(services), realm);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.GetAsync("/me", app.Alice)).StatusCode);
        Assert.Contains("elsewhere.example", string.Join('\n', realm.Log.Entries.Select(entry => entry.Text)), StringComparison.Ordinal);
    }
}
