using Keycloak.ApiProtection.GatewayTests.Fixtures;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.GatewayTests;

/// <summary>DPoP proofs through a real NGINX, as docs/token-check.md documents: a proof is for the request of the client.</summary>
public sealed class DpopTests(DpopSite site) : IClassFixture<DpopSite>, IDisposable
{
    private readonly DpopKey _key = site.Realm.Dpop();

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData("GET", "/orders/1", "")]
    [InlineData("GET", "/orders/1?page=2&next=/orders/3", "")]
    [InlineData("GET", "/orders/a%20b", "")]
    [InlineData("POST", "/orders/1", """{"item":"lamp"}""")]
    [InlineData("DELETE", "/orders/1", "")]
    public async Task A_bound_token_with_a_proof_for_the_clients_request_reaches_the_api_which_gets_neither_of_them(
        string method, string target, string body)
    {
        var token = Bound();
        var answer = await SendAsync(token, Proof(token, method, target), method, target);

        Assert.Equal("200", answer.Verdict);
        Assert.Equal($"{method} {target} {body} token: proof:", answer.Body);
        Assert.Equal(string.Empty, answer.Nonce + answer.CacheControl + answer.Challenge);
    }

    [Fact]
    public async Task A_proof_is_accepted_once()
    {
        var token = Bound();
        var proof = Proof(token, "GET", "/orders/1").Create();

        Assert.Equal("200", (await SendAsync(token, proof)).Verdict);
        AssertRejected("dpop_replayed", "invalid_dpop_proof", await SendAsync(token, proof));
        AssertRejected("dpop_replayed", "invalid_dpop_proof", await SendAsync(token, proof, target: "/orders/1?page=2"));
    }

    [Fact]
    public async Task A_proof_for_another_method_is_rejected()
    {
        var token = Bound();

        AssertRejected("dpop_method", "invalid_dpop_proof", await SendAsync(token, Proof(token, "POST", "/orders/1")));
        AssertRejected("dpop_method", "invalid_dpop_proof", await SendAsync(token, Proof(token, "GET", "/orders/1"), "POST"));
    }

    [Theory]
    [InlineData("/orders/2")]
    [InlineData("/orders/1/")]
    [InlineData("/orders/")]
    [InlineData("/Orders/1")]
    [InlineData("/check/orders")]
    [InlineData("/_check/orders")]
    public async Task A_proof_for_another_path_is_rejected(string path)
    {
        var token = Bound();

        AssertRejected("dpop_url", "invalid_dpop_proof", await SendAsync(token, Proof(token, "GET", path)));
    }

    [Fact]
    public async Task A_proof_for_another_scheme_host_or_port_is_rejected()
    {
        var token = Bound();
        var authority = site.Address.Authority;
        foreach (var url in (string[])
            [$"https://{authority}/orders/1", "http://127.0.0.1/orders/1", $"http://localhost:{site.Address.Port}/orders/1"])
        {
            AssertRejected(
                "dpop_url", "invalid_dpop_proof", await SendAsync(token, Proof(token, "GET", "/orders/1").WithUrl(url)));
        }
    }

    [Fact]
    public async Task A_proof_for_an_internal_url_of_the_check_or_the_api_is_rejected()
    {
        var token = Bound();
        foreach (var url in (Uri[])
            [
                new(site.CheckAddress, "/check/orders"), new(site.CheckAddress, "/orders/1"), new(site.ApiAddress, "/orders/1"),
                new("http://token_check/check/orders"), new("http://token_check/orders/1"), new("http://orders_api/orders/1"),
            ])
        {
            AssertRejected(
                "dpop_url", "invalid_dpop_proof", await SendAsync(token, Proof(token, "GET", "/orders/1").WithUrl(url.AbsoluteUri)));
        }
    }

    [Fact]
    public async Task Headers_of_the_client_do_not_change_what_its_proof_must_be_for()
    {
        var token = Bound();
        (string, string)[] headers =
        [
            ("X-Original-Method", "POST"), ("X-Original-URI", "/orders/2"), ("X-Original-Host", "api.example.com"),
            ("X-Original-Proto", "https"), ("X-Forwarded-Method", "POST"), ("X-Forwarded-Uri", "/orders/2"),
            ("X-Forwarded-Host", "api.example.com"), ("X-Forwarded-Proto", "https"),
        ];

        var forged = Proof(token, "POST", "/orders/2").WithUrl("https://api.example.com/orders/2").Create();
        AssertRejected(
            "dpop_method", "invalid_dpop_proof", await site.SendAsync(HttpMethod.Get, "/orders/1", $"DPoP {token}", forged, headers));
        var own = Proof(token, "GET", "/orders/1").Create();
        Assert.Equal("200", (await site.SendAsync(HttpMethod.Get, "/orders/1", $"DPoP {token}", own, headers)).Verdict);
    }

    [Fact]
    public async Task A_stolen_token_is_rejected_without_a_proof_of_its_own_key()
    {
        var token = Bound();
        using var thief = site.Realm.Dpop();

        AssertRejected("dpop_missing", "invalid_dpop_proof", await SendAsync(token, (string?)null));
        AssertRejected("dpop_key_other", "invalid_token", await SendAsync(token, Proof(token, "GET", "/orders/1", thief)));
        AssertRejected(
            "dpop_signature", "invalid_dpop_proof", await SendAsync(token, Proof(token, "GET", "/orders/1", thief).WithKeyOf(_key)));
        AssertRejected("dpop_token_hash", "invalid_dpop_proof", await SendAsync(token, Proof("another", "GET", "/orders/1")));
        AssertRejected(
            "dpop_scheme",
            "invalid_token",
            await site.SendAsync(HttpMethod.Get, "/orders/1", $"Bearer {token}", Proof(token, "GET", "/orders/1").Create()));
    }

    [Fact]
    public async Task A_bound_token_without_the_scope_is_forbidden_with_a_challenge_of_its_scheme()
    {
        var token = site.Realm.Token("alice").For("cli").WithoutScope("orders:read").BoundTo(_key).Create();
        var answer = await SendAsync(token, Proof(token, "GET", "/orders/1"));

        Assert.Equal("403", answer.Verdict);
        Assert.StartsWith("DPoP realm=\"demo\", error=\"insufficient_scope\"", answer.Challenge, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unbound_token_needs_no_proof_and_a_client_without_a_token_gets_a_challenge_without_an_error()
    {
        var unbound = site.Realm.Token("alice").For("cli").Create();

        Assert.Equal("200", (await site.SendAsync(HttpMethod.Get, "/orders/1", $"Bearer {unbound}", proof: null)).Verdict);
        AssertRejected(
            "dpop_unbound",
            "invalid_token",
            await site.SendAsync(HttpMethod.Get, "/orders/1", $"DPoP {unbound}", Proof(unbound, "GET", "/orders/1").Create()));
        var none = await site.SendAsync(HttpMethod.Get, "/orders/1", credentials: null, proof: null);
        Assert.Equal(401, none.Status);
        Assert.StartsWith("Bearer realm=\"demo\"", none.Challenge, StringComparison.Ordinal);
        Assert.DoesNotContain("error", none.Challenge, StringComparison.Ordinal);
    }

    private static void AssertRejected(string code, string error, DpopAnswer answer)
    {
        Assert.Equal($"401 {code}", answer.Verdict);
        Assert.StartsWith($"DPoP realm=\"demo\", error=\"{error}\"", answer.Challenge, StringComparison.Ordinal);
        Assert.Contains("algs=\"ES256 ", answer.Challenge, StringComparison.Ordinal);
        Assert.DoesNotContain("token:", answer.Body, StringComparison.Ordinal);
    }

    private string Bound() => site.Realm.Token("alice").For("cli").BoundTo(_key).Create();

    private DpopProofBuilder Proof(string token, string method, string target, DpopKey? key = null) =>
        (key ?? _key).Proof(new HttpMethod(method), new Uri(site.Address, target)).For(token);

    private Task<DpopAnswer> SendAsync(string token, DpopProofBuilder proof, string method = "GET", string target = "/orders/1") =>
        SendAsync(token, proof.Create(), method, target);

    private Task<DpopAnswer> SendAsync(string token, string? proof, string method = "GET", string target = "/orders/1") =>
        site.SendAsync(new HttpMethod(method), target, $"DPoP {token}", proof);
}
