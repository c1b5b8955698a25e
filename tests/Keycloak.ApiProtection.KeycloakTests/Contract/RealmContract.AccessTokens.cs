using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

public abstract partial class RealmContract
{
    private static readonly string[] ProfileAndEmailClaims =
        ["email", "email_verified", "family_name", "given_name", "name", "preferred_username"];

    [Theory]
    [InlineData("cli", "RS256", "JWT")]
    [InlineData("es256", "ES256", "JWT")]
    [InlineData("ps256", "PS256", "JWT")]
    [InlineData("lightweight", "RS256", "JWT")]
    [InlineData("no-audience", "RS256", "JWT")]
    public async Task The_token_of_each_client_has_the_configured_header_and_is_signed_with_a_published_key(
        string client, string algorithm, string type)
    {
        var token = (await Client.PasswordAsync(DemoClient.Public(client), "alice", Cancellation)).AccessToken;

        Assert.Equal((algorithm, type), (token.Algorithm, token.Type));
        Assert.Equal(["alg", "kid", "typ"], token.Header.EnumerateObject().Select(member => member.Name).Order());
        var key = Assert.Single(await KeysAsync(), key => key.GetProperty("kid").GetString() == token.KeyId);
        Assert.Equal((algorithm, "sig"), (key.GetProperty("alg").GetString(), key.GetProperty("use").GetString()));
        Assert.True(Signature.Verifies(token, key));
        Assert.Equal("Bearer", token.Kind);
    }

    [Fact]
    public async Task The_client_rfc9068_gets_the_header_type_of_that_rfc_if_the_version_supports_it()
    {
        var answer = await Client.PasswordAsync(DemoClient.Public("rfc9068"), "alice", Cancellation);

        Assert.Equal((Differences.Rfc9068HeaderType, "Bearer"), (answer.AccessToken.Type, answer.AccessToken.Kind));
        Assert.Equal("JWT", answer.IdToken.Type);
    }

    [Fact]
    public async Task The_client_eddsa_gets_a_token_signed_with_Ed25519()
    {
        var token = (await Client.PasswordAsync(DemoClient.Public("eddsa"), "alice", Cancellation)).AccessToken;

        Assert.Equal(("EdDSA", "JWT", "Bearer"), (token.Algorithm, token.Type, token.Kind));
        Assert.Equal(64, token.Signature().Length);
        var key = Assert.Single(await KeysAsync(), key => key.GetProperty("kid").GetString() == token.KeyId);
        Assert.Equal("OKP", key.GetProperty("kty").GetString());
    }

    [Fact]
    public async Task A_users_access_token_has_exactly_the_expected_claims()
    {
        var answer = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        var token = answer.AccessToken;
        string[] expected =
        [
            "exp", "iat", "jti", "iss", "aud", "sub", "typ", "azp", "sid", "acr", "realm_access", "resource_access", "scope",
            .. ProfileAndEmailClaims, .. Differences.HasBasicScope ? [] : new[] { "session_state" },
        ];
        Assert.Equal(Sorted(expected), token.ClaimNames);
        Assert.Equal(Client.Issuer.ToString(), token.Text("iss"));
        Assert.Equal(("cli", "silver", "alice"), (token.Text("azp"), token.Text("acr"), token.Text("preferred_username")));
        Assert.Equal(("Alice Example", "alice@example.com"), (token.Text("name"), token.Text("email")));

        // Keycloak reads the clock for iat first and for exp afterwards. The second may change in between.
        Assert.InRange(token.Number("exp") - token.Number("iat"), 300, 301);
        Assert.True(Guid.TryParse(token.Text("sub"), out _));
    }

    [Theory]
    [InlineData(
        "alice", new[] { "account", "gateway", "orders-api", "shipping-api" }, new[] { "admin", "customer" }, new[] { "reader", "writer" })]
    [InlineData("bob", new[] { "account", "gateway", "orders-api" }, new[] { "customer" }, new[] { "reader" })]
    public async Task Audience_and_roles_are_those_of_the_user(string user, string[] audiences, string[] realmRoles, string[] clientRoles)
    {
        var token = (await Client.PasswordAsync(DemoClient.Cli, user, Cancellation)).AccessToken;

        string[] defaults = ["default-roles-demo", "offline_access", "uma_authorization"];
        Assert.Equal(audiences, token.Audiences);
        Assert.Equal(Sorted([.. realmRoles, .. defaults]), token.RealmRoles);
        Assert.Equal(clientRoles, token.ClientRoles("orders-api"));
        Assert.Equal(["manage-account", "manage-account-links", "view-profile"], token.ClientRoles("account"));
    }

    [Fact]
    public async Task Without_an_audience_mapper_the_audience_is_only_the_string_account()
    {
        var token = (await Client.PasswordAsync(DemoClient.NoAudience, "mallory", Cancellation)).AccessToken;

        Assert.Equal("account", token.Text("aud"));
        Assert.False(token.Payload.GetProperty("resource_access").TryGetProperty("orders-api", out _));
    }

    [Theory]
    [InlineData(null, "email orders:read profile")]
    [InlineData("openid", "email openid orders:read profile")]
    [InlineData("openid orders:write", "email openid orders:read orders:write profile")]
    [InlineData("orders:write groups", "email groups orders:read orders:write profile")]
    public async Task The_scope_contains_the_requested_scopes_and_the_default_scopes_of_the_client(string? asked, string granted)
    {
        var answer = await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation, asked);

        Assert.Equal(granted.Split(' '), answer.AccessToken.Scopes);
        Assert.Equal(granted.Split(' '), answer.Required("scope").Split(' ').Order(StringComparer.Ordinal));
        Assert.Equal(asked?.Contains("openid", StringComparison.Ordinal) ?? false, answer.Has("id_token"));
    }

    [Fact]
    public async Task The_scopes_groups_and_organization_add_their_claims()
    {
        var scope = Differences.SupportsOrganizations ? "openid groups organization" : "openid groups";
        var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation, scope)).AccessToken;

        Assert.Equal(["/staff"], Strings(token.Payload.GetProperty("groups")));
        Assert.Equal(Differences.SupportsOrganizations, token.Payload.TryGetProperty("organization", out var organization));
        if (Differences.SupportsOrganizations)
        {
            Assert.Equal(["acme"], Strings(organization));
        }
    }

    [Fact]
    public async Task The_ids_of_session_and_token_have_the_format_of_the_version()
    {
        var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken;

        var session = token.Text("sid")!;
        Assert.Equal(Differences.HasOpaqueSessionIds, !Guid.TryParse(session, out _));
        Assert.Equal(Differences.HasBasicScope ? null : session, token.Text("session_state"));
        Assert.Matches(Differences.HasStructuredTokenIds ? "^onrtro:[0-9a-f-]{36}$" : "^[0-9a-f-]{36}$", token.Text("jti"));
    }

    [Fact]
    public async Task A_lightweight_token_has_neither_audience_nor_roles()
    {
        var token = (await Client.PasswordAsync(DemoClient.Lightweight, "alice", Cancellation)).AccessToken;

        string[] expected = Differences.HasBasicScope
            ? ["exp", "iat", "jti", "iss", "typ", "azp", "sid", "scope"]
            : ["exp", "iat", "jti", "iss", "typ", "azp", "sid", "scope", "sub", "session_state"];
        Assert.Equal(Sorted(expected), token.ClaimNames);
    }

    [Fact]
    public async Task A_service_account_has_no_session_and_is_named_for_its_client()
    {
        var answer = await Client.ClientCredentialsAsync(DemoClient.Batch, Cancellation);

        var token = answer.AccessToken;
        Assert.False(answer.Has("refresh_token"));
        Assert.False(answer.Has("id_token"));
        Assert.Null(token.Text("sid"));
        Assert.Equal(
            ("batch", "batch", "service-account-batch"), (token.Text("azp"), token.Text("client_id"), token.Text("preferred_username")));
        Assert.Equal(("127.0.0.1", "127.0.0.1"), (token.Text("clientHost"), token.Text("clientAddress")));
        Assert.Equal(["account", "gateway", "orders-api"], token.Audiences);
        Assert.Equal(["reader"], token.ClientRoles("orders-api"));
        if (Differences.HasStructuredTokenIds)
        {
            Assert.StartsWith("trrtcc:", token.Text("jti"), StringComparison.Ordinal);
        }
    }
}
