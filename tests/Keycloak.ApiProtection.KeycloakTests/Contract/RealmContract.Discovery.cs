using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

public abstract partial class RealmContract
{
    [Fact]
    public async Task The_discovery_document_contains_the_issuer_and_every_endpoint()
    {
        var answer = await Client.DiscoverAsync(Cancellation);

        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.Status, answer.MediaType));
        Assert.Equal($"{Realm.BaseAddress.GetLeftPart(UriPartial.Authority)}/realms/demo", answer.Member("issuer"));
        (string Member, string Path)[] endpoints =
        [
            ("authorization_endpoint", "auth"),
            ("token_endpoint", "token"),
            ("introspection_endpoint", "token/introspect"),
            ("userinfo_endpoint", "userinfo"),
            ("end_session_endpoint", "logout"),
            ("jwks_uri", "certs"),
            ("revocation_endpoint", "revoke"),
        ];
        Assert.All(endpoints, endpoint => Assert.Equal(Client.Endpoint(endpoint.Path).ToString(), answer.Member(endpoint.Member)));
    }

    [Fact]
    public async Task The_discovery_document_lists_the_supported_algorithms_grants_and_scopes()
    {
        var document = (await Client.DiscoverAsync(Cancellation)).Json;

        AssertContains(["RS256", "PS256", "ES256", "EdDSA"], Strings(document.GetProperty("id_token_signing_alg_values_supported")));
        AssertContains(
            ["authorization_code", "client_credentials", "password", "refresh_token"],
            Strings(document.GetProperty("grant_types_supported")));
        AssertContains(
            ["client_secret_basic", "client_secret_post", "private_key_jwt"],
            Strings(document.GetProperty("introspection_endpoint_auth_methods_supported")));
        var scopes = Strings(document.GetProperty("scopes_supported"));
        AssertContains(["openid", "email", "profile", "roles", "orders:read", "orders:write", "groups"], scopes);
        Assert.Equal(Differences.HasBasicScope, scopes.Contains("basic"));
        Assert.Equal(Differences.SupportsOrganizations, scopes.Contains("organization"));
    }

    [Fact]
    public async Task Discovery_document_and_keys_forbid_caching_so_the_library_chooses_their_lifetime()
    {
        Assert.Contains("no-cache", (await Client.DiscoverAsync(Cancellation)).Headers["Cache-Control"], StringComparison.Ordinal);
        Assert.Contains("no-cache", (await Client.GetKeysAsync(Cancellation)).Headers["Cache-Control"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_issuer_contains_the_host_of_the_request()
    {
        var answer = await Client.DiscoverAsync(Cancellation, host: OtherHost);

        Assert.Equal($"http://{OtherHost}/realms/demo", answer.Member("issuer"));
        Assert.Equal($"http://{OtherHost}/realms/demo/protocol/openid-connect/certs", answer.Member("jwks_uri"));
    }

    [Fact]
    public async Task A_realm_that_does_not_exist_is_not_found()
    {
        using var http = new HttpClient();
        var answer = await new RealmClient(http, Realm.BaseAddress, "no-such-realm").DiscoverAsync(Cancellation);

        Assert.Equal((HttpStatusCode.NotFound, "application/json"), (answer.Status, answer.MediaType));
        Assert.Equal("Realm does not exist", answer.Error);
    }

    /// <summary>Another host name for the address that the realm listens on.</summary>
    private string OtherHost => $"localhost:{Realm.BaseAddress.Port}";
}
