using System.Net;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession;

/// <summary>
/// DPoP in the whole pipeline (RFC 9449 section 7). The single checks of a proof are in <c>Dpop/DpopProofValidatorTests</c>.
/// </summary>
public sealed class BoundTokenTests
{
    private const string Algorithms = "algs=\"ES256 ES384 ES512 PS256 PS384 PS512 RS256\"";

    [Fact]
    public async Task A_bound_token_with_a_proof_is_accepted_without_any_setting()
    {
        await using var api = await BoundApi.StartAsync();
        using var handler = api.Handler();

        using var response = await BoundApi.SendAsync(handler, "/key");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(api.Key.Thumbprint, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.False(response.Headers.Contains("DPoP-Nonce"));
    }

    [Fact]
    public async Task A_bound_token_that_is_sent_as_a_bearer_token_is_rejected_even_with_its_proof()
    {
        await using var api = await BoundApi.StartAsync();
        using var handler = api.Handler();
        handler.Scheme = "Bearer";

        using var response = await BoundApi.SendAsync(handler);

        Assert.Equal("401 dpop_scheme", BoundApi.Verdict(response));
        Assert.Equal(
            [
                "DPoP realm=\"demo\", error=\"invalid_token\", "
                + $"error_description=\"The access token requires the DPoP scheme\", {Algorithms}",
            ],
            BoundApi.Challenges(response));
        handler.Scheme = "dpop";
        Assert.Equal("200", await BoundApi.VerdictAsync(handler));
    }

    [Fact]
    public async Task An_unbound_token_is_a_bearer_token_and_cannot_be_sent_as_a_bound_one()
    {
        await using var api = await BoundApi.StartAsync();
        using var handler = api.Handler(api.UnboundToken());

        Assert.Equal("401 dpop_unbound", await BoundApi.VerdictAsync(handler));

        // Keycloak accepts an unbound bearer token with a stray proof, too.
        handler.Scheme = "Bearer";
        Assert.Equal("200", await BoundApi.VerdictAsync(handler));
    }

    [Fact]
    public async Task Each_request_needs_its_own_proof_even_if_the_token_is_cached()
    {
        await using var api = await BoundApi.StartAsync();
        using var handler = api.Handler();
        Assert.Equal("200", await BoundApi.VerdictAsync(handler));
        Assert.Equal("200", await BoundApi.VerdictAsync(handler));

        handler.ProofsPerRequest = 0;
        using var response = await BoundApi.SendAsync(handler);

        Assert.Equal("401 dpop_missing", BoundApi.Verdict(response));
        Assert.StartsWith(
            "DPoP realm=\"demo\", error=\"invalid_dpop_proof\"", Assert.Single(BoundApi.Challenges(response)), StringComparison.Ordinal);
        handler.ProofsPerRequest = 2;
        Assert.Equal("401 dpop_repeated", await BoundApi.VerdictAsync(handler));
    }

    [Fact]
    public async Task A_proof_is_accepted_once()
    {
        await using var api = await BoundApi.StartAsync();

        Assert.Equal("200", await api.VerdictAsync(proof => proof.WithId("once")));
        Assert.Equal("401 dpop_replayed", await api.VerdictAsync(proof => proof.WithId("once")));
        Assert.Equal("200", await api.VerdictAsync(proof => proof.WithId("twice")));
    }

    [Fact]
    public async Task A_proof_for_another_request_is_rejected_and_the_log_says_what_was_expected()
    {
        await using var api = await BoundApi.StartAsync();

        Assert.Equal("401 dpop_url", await api.VerdictAsync(proof => proof.WithUrl("http://localhost/other")));
        Assert.Contains("http://localhost/me", api.Log.Text("TokenRejected"), StringComparison.Ordinal);
        Assert.Equal("401 dpop_method", await api.VerdictAsync(proof => proof.WithMethod("POST")));
        Assert.Equal("401 dpop_token_hash", await api.VerdictAsync(proof => proof.For(api.UnboundToken())));
        Assert.Equal("401 dpop_time", await api.VerdictAsync(proof => proof.IssuedAgo(TimeSpan.FromSeconds(61))));
        using var thief = api.Realm.Dpop();
        Assert.Equal("401 dpop_signature", await api.VerdictAsync(proof => proof.Tampered()));
        Assert.Equal("401 dpop_key_other", await api.VerdictAsync(proof => proof.WithKeyOf(thief)));
        Assert.Equal("200", await api.VerdictAsync(proof => proof));
    }

    [Fact]
    public async Task The_response_contains_nothing_of_the_proof_or_the_token()
    {
        await using var api = await BoundApi.StartAsync(options => options.ProblemDetails = true);
        using var handler = api.Handler();
        handler.ChangeProof = proof => proof.WithUrl("http://localhost/reflected").WithId("reflected");

        using var response = await BoundApi.SendAsync(handler);

        var text = response.Headers + await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("reflected", text, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", text, StringComparison.Ordinal);
        Assert.DoesNotContain(api.Key.Thumbprint, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DpopMode.WhenBound, "Bearer realm=\"demo\"", $"DPoP realm=\"demo\", {Algorithms}")]
    [InlineData(DpopMode.Required, $"DPoP realm=\"demo\", {Algorithms}")]
    [InlineData(DpopMode.Refused, "Bearer realm=\"demo\"")]
    public async Task A_request_without_a_token_learns_which_schemes_are_accepted(DpopMode mode, params string[] challenges)
    {
        await using var api = await BoundApi.StartAsync(options => options.Dpop.Mode = mode);

        using var response = await api.SendAsync("/me");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(challenges, BoundApi.Challenges(response));
    }

    [Fact]
    public async Task If_DPoP_is_required_an_unbound_token_is_rejected()
    {
        await using var api = await BoundApi.StartAsync(options => options.Dpop.Mode = DpopMode.Required);
        using var unbound = api.Handler(api.UnboundToken());
        unbound.Scheme = "Bearer";
        using var bound = api.Handler();

        using var response = await BoundApi.SendAsync(unbound);

        Assert.Equal("401 dpop_unbound", BoundApi.Verdict(response));
        Assert.StartsWith("DPoP ", Assert.Single(BoundApi.Challenges(response)), StringComparison.Ordinal);
        Assert.Equal("200", await BoundApi.VerdictAsync(bound));
    }

    [Fact]
    public async Task If_DPoP_is_refused_a_bound_token_is_rejected_with_its_proof()
    {
        await using var api = await BoundApi.StartAsync(options => options.Dpop.Mode = DpopMode.Refused);
        using var bound = api.Handler();
        using var unbound = api.Handler(api.UnboundToken());
        unbound.Scheme = "Bearer";

        Assert.Equal("401 bound_dpop", await BoundApi.VerdictAsync(bound));
        Assert.Equal("200", await BoundApi.VerdictAsync(unbound));
    }

    [Fact]
    public async Task An_endpoint_can_require_a_bound_token()
    {
        await using var api = await BoundApi.StartAsync();
        using var unbound = api.Handler(api.UnboundToken());
        unbound.Scheme = "Bearer";
        using var bound = api.Handler();

        using var response = await BoundApi.SendAsync(unbound, "/payments");

        Assert.Equal("401 proof_required", BoundApi.Verdict(response));
        Assert.StartsWith(
            "DPoP realm=\"demo\", error=\"invalid_token\"", Assert.Single(BoundApi.Challenges(response)), StringComparison.Ordinal);
        Assert.Equal("200", await BoundApi.VerdictAsync(unbound));
        Assert.Equal("200", await BoundApi.VerdictAsync(bound, "/payments"));
    }

    [Fact]
    public async Task A_missing_scope_of_a_bound_token_is_answered_with_the_DPoP_scheme()
    {
        await using var api = await BoundApi.StartAsync();
        using var handler = api.Handler();

        using var response = await BoundApi.SendAsync(handler, "/email");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.StartsWith(
            "DPoP realm=\"demo\", error=\"insufficient_scope\"", Assert.Single(BoundApi.Challenges(response)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_is_asked_for_a_nonce_gets_it_and_a_new_one_before_it_expires()
    {
        await using var api = await BoundApi.StartAsync(options => options.Dpop.Nonce = DpopNonceMode.Required);
        using var handler = api.Handler();
        handler.RetriesWithNonce = false;

        using var first = await BoundApi.SendAsync(handler);

        Assert.Equal("401 dpop_nonce", BoundApi.Verdict(first));
        Assert.StartsWith(
            "DPoP realm=\"demo\", error=\"use_dpop_nonce\"", Assert.Single(BoundApi.Challenges(first)), StringComparison.Ordinal);
        Assert.True(first.Headers.CacheControl!.NoStore);
        Assert.Equal("200", await BoundApi.VerdictAsync(handler));

        api.Time.Advance(TimeSpan.FromSeconds(40));
        using var renewed = await BoundApi.SendAsync(handler);
        Assert.Equal("200", BoundApi.Verdict(renewed));
        Assert.NotEqual(Assert.Single(first.Headers.GetValues("DPoP-Nonce")), Assert.Single(renewed.Headers.GetValues("DPoP-Nonce")));
    }

    [Fact]
    public async Task Replicas_with_the_same_client_secret_accept_the_nonces_of_each_other()
    {
        static void Configure(KeycloakBearerOptions options)
        {
            options.Dpop.Nonce = DpopNonceMode.Required;
            options.Credentials.Secret = "orders-api-secret";
        }

        await using var one = await BoundApi.StartAsync(Configure);
        await using var other = await BoundApi.StartAsync(Configure);
        using var handler = one.Handler();
        Assert.Equal("200", await BoundApi.VerdictAsync(handler));
        var nonce = handler.NonceOf(new Uri("http://localhost"));

        using var elsewhere = new DpopHandler(
            one.Key, other.Realm.Token("alice").For("cli").BoundTo(one.Key).Create(), new ForwardTo(other));
        elsewhere.RetriesWithNonce = false;
        elsewhere.ChangeProof = proof => proof.WithNonce(nonce);
        Assert.Equal("200", await BoundApi.VerdictAsync(elsewhere));

        elsewhere.ChangeProof = proof => proof.WithNonce("AAAAAAAAAAAAAAAAAAAAAAAAAAA");
        Assert.Equal("401 dpop_nonce", await BoundApi.VerdictAsync(elsewhere));
    }

    [Fact]
    public async Task A_bound_token_in_the_query_is_rejected()
    {
        await using var api = await BoundApi.StartAsync(options => options.QueryTokenPaths.Add("/me"));

        using var bound = await api.SendAsync("/me?access_token=" + api.BoundToken(), ("DPoP", "x"));
        using var unbound = await api.SendAsync("/me?access_token=" + api.UnboundToken());

        Assert.Equal("401 dpop_scheme", BoundApi.Verdict(bound));
        Assert.Equal("200", BoundApi.Verdict(unbound));
    }

    [Fact]
    public async Task A_revoked_bound_token_is_rejected_before_its_proof_is_used()
    {
        await using var api = await BoundApi.StartAsync();
        using var handler = api.Handler();
        handler.ChangeProof = proof => proof.WithId("kept");
        var revocations = (IKeycloakRevocations)api.Services.GetService(typeof(IKeycloakRevocations))!;
        revocations.RevokeUser(api.Realm.UserId("alice"));

        Assert.Equal("401 revoked", await BoundApi.VerdictAsync(handler));

        // A revocation also covers tokens of the clock skew after it.
        api.Time.Advance(TimeSpan.FromSeconds(31));
        handler.AccessToken = api.BoundToken();
        Assert.Equal("200", await BoundApi.VerdictAsync(handler));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_introspected_bound_token_owes_its_proof(bool lightweight)
    {
        await using var api = await BoundApi.StartAsync(options =>
        {
            options.Introspection.Mode = IntrospectionMode.Always;
            options.Credentials.Secret = "orders-api-secret";
        });
        var builder = api.Realm.Token("alice").For("cli").BoundTo(api.Key);
        using var handler = api.Handler((lightweight ? builder.Lightweight() : builder).Create());

        Assert.Equal("200", await BoundApi.VerdictAsync(handler));
        Assert.Equal("200", await BoundApi.VerdictAsync(handler, "/payments"));
        handler.ProofsPerRequest = 0;
        Assert.Equal("401 dpop_missing", await BoundApi.VerdictAsync(handler));
        handler.Scheme = "Bearer";
        Assert.Equal("401 dpop_scheme", await BoundApi.VerdictAsync(handler));
    }

    [Fact]
    public async Task A_proof_is_compared_with_the_public_URL()
    {
        await using var api = await BoundApi.StartAsync(options => options.PublicUrl = "https://api.example.com/orders");

        Assert.Equal("401 dpop_url", await api.VerdictAsync(proof => proof));
        Assert.Equal("200", await api.VerdictAsync(proof => proof.WithUrl("https://api.example.com/orders/me")));
        Assert.Equal("401 dpop_url", await api.VerdictAsync(proof => proof.WithUrl("https://other.example.com/orders/me")));
    }

    [Theory]
    [InlineData(DpopMode.Required, null, "*", true)]
    [InlineData(DpopMode.Required, null, "", true)]
    [InlineData(DpopMode.Required, null, "api.example.com", false)]
    [InlineData(DpopMode.Required, "https://api.example.com", "*", false)]
    [InlineData(DpopMode.WhenBound, null, "*", false)]
    public async Task If_DPoP_is_required_and_nothing_restricts_the_host_the_log_warns_at_the_start(
        DpopMode mode, string? publicUrl, string allowedHosts, bool warns)
    {
        await using var api = await BoundApi.StartAsync(
            options => (options.Dpop.Mode, options.PublicUrl) = (mode, publicUrl),
            services => services.Configure<HostFilteringOptions>(hosts =>
                hosts.AllowedHosts = allowedHosts.Split(';', StringSplitOptions.RemoveEmptyEntries)));

        Assert.Equal(
            warns,
            api.Log.Entries.Any(entry =>
                entry.Event == "DoubtfulSetting" && entry.Text.Contains("restricts the host name", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_used_proof_is_remembered_when_the_options_are_created_again()
    {
        await using var api = await BoundApi.StartAsync();
        Assert.Equal("200", await api.VerdictAsync(proof => proof.WithId("once")));

        var cache = (Microsoft.Extensions.Options.IOptionsMonitorCache<KeycloakBearerOptions>)
            api.Services.GetService(typeof(Microsoft.Extensions.Options.IOptionsMonitorCache<KeycloakBearerOptions>))!;
        Assert.True(cache.TryRemove("Keycloak"));

        Assert.Equal("401 dpop_replayed", await api.VerdictAsync(proof => proof.WithId("once")));
        Assert.Equal("200", await api.VerdictAsync(proof => proof));
    }

    private sealed class ForwardTo(BoundApi api) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            api.SendAsync(
                request.RequestUri!.PathAndQuery,
                [.. request.Headers.Select(header => (header.Key, string.Join(", ", header.Value)))]);
    }
}
