using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <summary>The contract on a real server, and what only a real server can be asked to do.</summary>
public abstract class KeycloakContract : RealmContract
{
    private readonly RealKeycloak _keycloak;

    protected KeycloakContract(RealKeycloak keycloak)
        : base(keycloak)
    {
        Assert.SkipWhen(keycloak.Missing is not null, keycloak.Missing ?? "");
        _keycloak = keycloak;
    }

    [Fact]
    public async Task An_attribute_of_the_client_changes_its_next_token()
    {
        const string attribute = "access.token.signed.response.alg";
        await _keycloak.SetClientAttributeAsync("no-audience", attribute, "ES256", Cancellation);
        try
        {
            Assert.Equal("ES256", (await Client.PasswordAsync(DemoClient.NoAudience, "bob", Cancellation)).AccessToken.Algorithm);
        }
        finally
        {
            await _keycloak.SetClientAttributeAsync("no-audience", attribute, null, Cancellation);
        }

        Assert.Equal("RS256", (await Client.PasswordAsync(DemoClient.NoAudience, "bob", Cancellation)).AccessToken.Algorithm);
    }
}
