using Keycloak.ApiProtection.KeycloakTests.Api;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

public abstract partial class RealmContract
{
    private const string Write = "openid orders:write";

    // The statuses are in the order of ProtectedApi.Endpoints: public, me, email, read orders, write orders, admin.
    [Theory]
    [InlineData(TokenOf.Alice, "200 200 200 200 200 200")]
    [InlineData(TokenOf.AliceRefreshed, "200 200 200 200 200 200")]
    [InlineData(TokenOf.Rfc9068, "200 200 200 200 200 200")]
    [InlineData(TokenOf.Es256, "200 200 200 200 200 200")]
    [InlineData(TokenOf.Ps256, "200 200 200 200 200 200")]
    [InlineData(TokenOf.AliceWithoutWrite, "200 200 200 200 403 200")]
    [InlineData(TokenOf.AliceWithOfflineAccess, "200 200 200 200 403 200")]
    [InlineData(TokenOf.Bob, "200 200 200 200 403 403")]
    [InlineData(TokenOf.ServiceAccount, "200 200 200 200 403 403")]
    public async Task An_access_token_gives_access_only_according_to_its_scopes_and_roles(TokenOf token, string statuses)
    {
        await using var api = await StartApiAsync();
        var answers = await api.CallAllAsync(await TokenAsync(token), Cancellation);

        Assert.Equal(statuses, Statuses(answers));
        Assert.All(answers.Where(answer => answer.Status == 200), answer => Assert.Null(answer.Challenge));
        Assert.All(answers.Where(answer => answer.Status == 403), answer =>
            Assert.Contains("error=\"insufficient_scope\"", answer.Challenge, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(TokenOf.Mallory, "audience")]
    [InlineData(TokenOf.Lightweight, "lightweight")]
    [InlineData(TokenOf.EdDsa, "algorithm_eddsa")]
    [InlineData(TokenOf.Id, "kind_id")]
    [InlineData(TokenOf.Refresh, "kind_refresh")]
    [InlineData(TokenOf.Offline, "kind_offline")]
    [InlineData(TokenOf.Tampered, "signature")]
    public async Task A_token_that_is_not_an_access_token_for_this_api_is_rejected_everywhere_with_its_code(TokenOf token, string code)
    {
        await using var api = await StartApiAsync();

        AssertRefusedEverywhere(code, await api.CallAllAsync(await TokenAsync(token), Cancellation));
    }

    [Fact]
    public async Task A_token_bound_to_a_dpop_key_is_never_accepted_as_a_bearer_token()
    {
        using var key = DpopKey.Create();
        var tokens = await DpopAsync(key.Proof(HttpMethod.Post, Client.TokenEndpoint).Create());
        await using var api = await StartApiAsync();
        var answers = await api.CallAllAsync(tokens.AccessToken.Compact, Cancellation);

        if (Differences.SupportsDpop)
        {
            AssertRefusedEverywhere("dpop_scheme", answers);
        }
        else
        {
            Assert.Equal("200 200 200 200 403 200", Statuses(answers));   // the proof was ignored, so the token is an ordinary one
        }
    }

    [Fact]
    public async Task A_token_bound_to_a_certificate_is_never_accepted_as_a_bearer_token()
    {
        var token = await Realm.MutualTlsTokenAsync("alice", Cancellation);
        Assert.Equal(Differences.IssuesCertificateBoundTokens, token is not null);
        if (token is not null)
        {
            await using var api = await StartApiAsync();

            AssertRefusedEverywhere("bound_certificate_missing", await api.CallAllAsync(token, Cancellation));
        }
    }

    [Fact]
    public async Task Without_a_token_the_challenge_contains_only_Bearer_and_the_realm()
    {
        await using var api = await StartApiAsync();
        var answers = await api.CallAllAsync(null, Cancellation);

        Assert.Equal("200 401 401 401 401 401", Statuses(answers));
        Assert.All(answers.Skip(1), answer =>
        {
            Assert.StartsWith("Bearer realm=\"", answer.Challenge, StringComparison.Ordinal);
            Assert.DoesNotContain("error", answer.Challenge, StringComparison.Ordinal);
            Assert.Null(answer.Rejection);
        });
    }

    [Fact]
    public async Task The_challenge_names_the_missing_scope_so_that_the_client_can_request_it()
    {
        await using var api = await StartApiAsync();
        var answer = await api.CallAsync("POST /orders", await TokenAsync(TokenOf.AliceWithoutWrite), Cancellation);

        Assert.Equal(403, answer.Status);
        Assert.Contains("scope=\"orders:write\"", answer.Challenge, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TokenOf.Alice, "alice", "cli", "email openid orders:read orders:write profile", "admin customer reader writer")]
    [InlineData(TokenOf.Bob, "bob", "cli", "email openid orders:read orders:write profile", "customer reader")]
    [InlineData(TokenOf.ServiceAccount, "service-account-batch", "batch", "email orders:read profile", "reader")]
    public async Task The_principal_has_the_name_the_scopes_and_the_roles_of_this_api_in_the_usual_claims(
        TokenOf token, string name, string client, string scopes, string roles)
    {
        await using var api = await StartApiAsync();
        var me = (await api.CallAsync("GET /me", await TokenAsync(token), Cancellation)).Http;

        Assert.Equal((name, client), (me.Member("name"), me.Member("azp")));
        Assert.Equal(scopes.Split(' '), Strings(me.Json.GetProperty("scopes")));
        Assert.Equal(roles.Split(' '), Strings(me.Json.GetProperty("roles")));
        Assert.True(Guid.TryParse(me.Member("sub"), out _));
    }

    [Fact]
    public async Task A_key_rotation_causes_no_rejected_token()
    {
        await using var api = await StartApiAsync();
        var before = await TokenAsync(TokenOf.Alice);
        Assert.Equal(200, (await api.CallAsync("GET /me", before, Cancellation)).Status);

        await Realm.RotateKeyAsync("RS256", Cancellation);

        var after = await TokenAsync(TokenOf.Alice);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(i => api.CallAsync("GET /me", i % 2 == 0 ? after : before, Cancellation)));
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
    }

    [Fact]
    public async Task A_disabled_key_is_rejected_after_the_next_refresh_of_the_keys()
    {
        await using var api = await StartApiAsync();
        var old = await TokenAsync(TokenOf.Alice);
        Assert.Equal(200, (await api.CallAsync("GET /me", old, Cancellation)).Status);
        await Realm.RotateKeyAsync("RS256", Cancellation);
        await Realm.DisableKeyAsync(Jwt.Parse(old).KeyId, Cancellation);

        // The new key is not cached yet, so this request refreshes the keys.
        Assert.Equal(200, (await api.CallAsync("GET /me", await TokenAsync(TokenOf.Alice), Cancellation)).Status);

        var refused = await api.CallAsync("GET /me", old, Cancellation);
        Assert.Equal((401, "key_unknown"), (refused.Status, refused.Rejection));
    }

    [Fact]
    public async Task An_api_with_another_host_name_for_the_realm_rejects_its_issuer()
    {
        await using var api = await ProtectedApi.StartAsync(new Uri($"http://{OtherHost}"), Cancellation);

        AssertRefusedEverywhere("issuer", await api.CallAllAsync(await TokenAsync(TokenOf.Alice), Cancellation));
    }

    private static void AssertRefusedEverywhere(string code, IReadOnlyList<ApiAnswer> answers)
    {
        Assert.Equal("200 401 401 401 401 401", Statuses(answers));
        Assert.All(answers.Skip(1), answer =>
        {
            Assert.Equal(code, answer.Rejection);
            Assert.StartsWith(code == "dpop_scheme" ? "DPoP " : "Bearer ", answer.Challenge, StringComparison.Ordinal);
            Assert.Contains("error=\"invalid_token\"", answer.Challenge, StringComparison.Ordinal);
        });
    }

    private static string Statuses(IEnumerable<ApiAnswer> answers) => string.Join(' ', answers.Select(answer => answer.Status));

    private Task<ProtectedApi> StartApiAsync() => ProtectedApi.StartAsync(Realm.BaseAddress, Cancellation);

    private async Task<string> TokenAsync(TokenOf kind)
    {
        switch (kind)
        {
            case TokenOf.Bob:
                return (await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation, Write)).AccessToken.Compact;
            case TokenOf.Mallory:
                return (await Client.PasswordAsync(DemoClient.NoAudience, "mallory", Cancellation)).AccessToken.Compact;
            case TokenOf.ServiceAccount:
                return (await Client.ClientCredentialsAsync(DemoClient.Batch, Cancellation)).AccessToken.Compact;
            case TokenOf.Rfc9068 or TokenOf.Es256 or TokenOf.Ps256 or TokenOf.EdDsa or TokenOf.Lightweight:
                var client = DemoClient.Public(kind.ToString().ToLowerInvariant());
                return (await Client.PasswordAsync(client, "alice", Cancellation, Write)).AccessToken.Compact;
        }

        var offline = kind is TokenOf.Offline or TokenOf.AliceWithOfflineAccess;
        var scope = offline ? "openid offline_access" : kind == TokenOf.AliceWithoutWrite ? "openid" : Write;
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation, scope);
        return kind switch
        {
            TokenOf.Alice or TokenOf.AliceWithoutWrite or TokenOf.AliceWithOfflineAccess => tokens.AccessToken.Compact,
            TokenOf.AliceRefreshed =>
                (await Client.RefreshAsync(DemoClient.Cli, tokens.RefreshToken.Compact, Cancellation)).AccessToken.Compact,
            TokenOf.Tampered => Tampered(tokens.AccessToken.Compact),
            TokenOf.Id => tokens.IdToken.Compact,
            TokenOf.Refresh or TokenOf.Offline => tokens.RefreshToken.Compact,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This kind of token cannot be requested."),
        };
    }
}
