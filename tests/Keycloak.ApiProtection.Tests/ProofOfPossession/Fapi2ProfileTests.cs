using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Testing;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession;

/// <summary>Each "shall" of the FAPI 2.0 Security Profile for resource servers; docs/fapi.md names these tests.</summary>
public sealed class Fapi2ProfileTests
{
    private static Task<BoundApi> StartAsync(Action<KeycloakBearerOptions>? change = null) => BoundApi.StartAsync(options =>
    {
        options.Profile = KeycloakProfile.Fapi2;
        options.Introspection.Mode = IntrospectionMode.Always;
        options.Credentials.Secret = "orders-api-secret";
        change?.Invoke(options);
    });

    private static DpopHandler Handler(BoundApi api, string algorithm = "PS256") =>
        api.Handler(api.Realm.Token("alice").For("cli").BoundTo(api.Key).WithAlgorithm(algorithm).Create());

    [Fact]
    public async Task A_bound_token_in_the_header_is_accepted()
    {
        await using var api = await StartAsync();
        using var handler = Handler(api);

        Assert.Equal("200", await BoundApi.VerdictAsync(handler));
    }

    [Fact]
    public async Task A_token_that_is_not_bound_is_rejected_on_every_endpoint()
    {
        await using var api = await StartAsync();
        using var handler = api.Handler(api.Realm.Token("alice").For("cli").WithAlgorithm("PS256").Create());
        handler.Scheme = "Bearer";

        Assert.Equal("401 proof_required", await BoundApi.VerdictAsync(handler));
    }

    [Theory]
    [InlineData("PS256", "200")]
    [InlineData("ES256", "200")]
    [InlineData("RS256", "401 algorithm")]
    [InlineData("PS384", "401 algorithm")]
    public async Task Only_the_algorithms_of_the_profile_are_accepted(string algorithm, string verdict)
    {
        await using var api = await StartAsync();
        using var handler = Handler(api, algorithm);

        Assert.Equal(verdict, await BoundApi.VerdictAsync(handler));
    }

    [Fact]
    public async Task A_proof_with_another_algorithm_is_rejected()
    {
        await using var api = await StartAsync();
        using var key = api.Realm.Dpop("RS256");
        var token = api.Realm.Token("alice").For("cli").BoundTo(key).WithAlgorithm("PS256").Create();
        var proof = key.Proof(HttpMethod.Get, new Uri("http://localhost/me")).For(token).Create();

        using var response = await api.SendAsync("/me", ("Authorization", "DPoP " + token), ("DPoP", proof));

        Assert.Equal("401 dpop_algorithm", BoundApi.Verdict(response));
    }

    [Fact]
    public async Task A_revoked_token_is_rejected()
    {
        await using var api = await StartAsync(options => options.Introspection.Freshness = TimeSpan.Zero);
        using var handler = Handler(api);
        Assert.Equal("200", await BoundApi.VerdictAsync(handler));

        api.Realm.Users.Disable("alice");

        Assert.Equal("401 inactive", await BoundApi.VerdictAsync(handler));
    }

    [Fact]
    public async Task A_missing_scope_is_rejected_as_in_RFC_6750()
    {
        await using var api = await StartAsync();
        using var handler = Handler(api);

        using var response = await BoundApi.SendAsync(handler, "/email");

        Assert.Equal("403", BoundApi.Verdict(response));
        Assert.Contains("error=\"insufficient_scope\"", Assert.Single(BoundApi.Challenges(response)), StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<KeycloakBearerOptions>, string> Contradictions => new()
    {
        { "Algorithms", options => options.Algorithms.Add("RS256"), "5.4.1" },
        { "Dpop.Algorithms", options => options.Dpop.Algorithms.Add("ES384"), "5.4.1" },
        { "QueryTokenPaths", options => options.QueryTokenPaths.Add("/hub"), "5.3.4 2" },
        { "introspection", options => options.Introspection.Mode = IntrospectionMode.LightweightOnly, "5.3.4 3" },
        { "StaleIfError", options => options.Introspection.StaleIfError = TimeSpan.FromSeconds(1), "5.3.4 3" },
        { "verify-token-audience", options => options.VerifyTokenAudience = false, "5.3.4 4" },
        { "ssl-required", options => options.SslRequired = SslRequired.None, "5.2" },
        { "ClockSkew", options => options.ClockSkew = TimeSpan.FromSeconds(5), "5.3.2.1" },
        { "ClockSkew", options => options.ClockSkew = TimeSpan.FromSeconds(61), "5.3.2.1" },
        { "Dpop.ProofAhead", options => options.Dpop.ProofAhead = TimeSpan.Zero, "5.3.2.1" },
    };

    [Theory]
    [MemberData(nameof(Contradictions), DisableDiscoveryEnumeration = true)]
    public async Task A_setting_that_contradicts_the_profile_stops_the_start_and_the_error_names_the_clause(
        string setting, Action<KeycloakBearerOptions> contradict, string clause)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(contradict));

        var problem = Assert.Single(error.Failures, failure => failure.Contains("Fapi2", StringComparison.Ordinal));
        Assert.Contains(setting, problem, StringComparison.Ordinal);
        Assert.Contains(clause, problem, StringComparison.Ordinal);
    }
}
