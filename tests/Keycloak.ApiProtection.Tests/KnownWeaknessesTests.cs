using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests;

/// <summary>
/// Weaknesses of other libraries and gateways, tested through the whole pipeline, each next to the most similar valid case.
/// </summary>
public sealed class KnownWeaknessesTests
{
    private const string Unauthorized =
        "401 Bearer realm=\"demo\", error=\"invalid_token\", error_description=\"The access token is invalid\"";

    [Fact]
    public async Task A_critical_header_that_is_not_supported_is_rejected() =>
        await RejectedAsync("critical", token => token.WithHeader("crit", "[\"exp\"]"));

    [Fact]
    public async Task A_token_with_a_duplicate_member_is_rejected()
    {
        await RejectedAsync("payload", token => token.And("\"aud\":\"orders-api\""));
        await RejectedAsync("payload", token => token.And("\"\\u0061ud\":\"orders-api\""));
        await RejectedAsync("jose_header", token => token.AndHeader("\"alg\":\"RS256\""));
    }

    [Fact]
    public async Task An_ID_token_whose_client_has_the_name_of_the_API_is_rejected() =>
        await RejectedAsync("kind_id", token => token.WithText("typ", "ID").WithText("aud", "orders-api"));

    [Fact]
    public async Task A_token_is_rejected_when_it_expired_longer_ago_than_the_clock_skew()
    {
        await using var app = await ProtectedApp.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice.WithDate("exp", app.Realm.Now.AddSeconds(-29)))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await app.GetAsync("/me", app.Alice.WithDate("exp", app.Realm.Now.AddSeconds(-31)))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await app.GetAsync("/me", app.Alice.WithDate("exp", app.Realm.Now.AddMinutes(-4)))).StatusCode);
    }

    [Fact]
    public async Task The_first_requests_after_a_key_rotation_are_accepted_even_during_a_request_with_an_unknown_key()
    {
        await using var app = await ProtectedApp.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice)).StatusCode);
        var fetches = app.Realm.Requests.Jwks;
        app.Realm.Keys.Rotate("RS256");

        var forged = app.GetAsync("/me", app.Alice.WithHeader("kid", "\"forged\""));
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => app.GetAsync("/me", app.Alice)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(HttpStatusCode.Unauthorized, (await forged).StatusCode);
        Assert.Equal(fetches + 1, app.Realm.Requests.Jwks);
    }

    [Fact]
    public async Task A_realm_that_is_down_when_the_API_starts_is_reported_as_503_and_not_as_a_wrong_issuer()
    {
        var realm = await DemoRealm.StartDownAsync();
        await using var app = await ProtectedApp.StartAsync(services => services.AddKeycloakBearer(), realm);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.GetAsync("/me", app.Alice)).StatusCode);
    }

    [Fact]
    public async Task An_empty_key_set_is_fetched_again_within_seconds()
    {
        var realm = await DemoRealm.StartAsync();
        realm.Faults.AnswerWrongly(WrongAnswer.NoKeys, RealmEndpoint.Jwks);
        await using var app = await ProtectedApp.StartAsync(services => services.AddKeycloakBearer(), realm);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.GetAsync("/me", app.Alice)).StatusCode);

        realm.Faults.AnswerNormally();
        realm.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice)).StatusCode);
    }

    [Theory]
    [InlineData("iss")]
    [InlineData("azp")]
    [InlineData("aud")]
    public async Task Text_from_an_attacker_is_not_reflected_and_does_not_break_a_header(string claim)
    {
        await using var app = await ProtectedApp.StartAsync();

        var answer = await app.GetAsync("/me", app.Alice.WithText(claim, "evil\r\nSet-Cookie: a=b \u2028 \"").WithText("typ", "ID"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.DoesNotContain("evil", answer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_one_scheme_has_cached_is_not_accepted_by_another_scheme()
    {
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer()
                .AddKeycloakBearer("Other", options => (options.Authority, options.Resource) = (DemoRealm.Issuer, "shipping")),
            app => app.MapGet("/other", () => "other").RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "Other" }));
        var token = app.Alice.WithText("aud", "orders-api");

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/other", token)).StatusCode);
    }

    [Fact]
    public async Task A_403_names_the_reason()
    {
        await using var app = await ProtectedApp.StartAsync();

        Assert.Contains(
            "insufficient_scope", (await app.GetAsync("/write", app.Alice)).Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lightweight_token_is_rejected_with_a_reason_instead_of_a_403_without_one() =>
        await RejectedAsync("lightweight", token => token.Without("aud", "realm_access", "resource_access").WithText("jti", "onltro:1"));

    [Fact]
    public async Task A_policy_that_cannot_be_resolved_fails_at_startup() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(),
            app => app.MapGet("/slip", () => "slip").RequireAuthorization("scpoe:email")));

    [Fact]
    public async Task An_ECDSA_signature_of_only_zeros_is_rejected()
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = app.Realm.Signed(app.Alice, "ES256");

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token.Signed(_ => new byte[64]))).StatusCode);
    }

    [Fact]
    public async Task A_token_signed_with_the_public_key_as_shared_secret_is_rejected() => await RejectedAsync(
        "algorithm_symmetric",
        token => token.SignedWithSecret("HS256", Encoding.ASCII.GetBytes(Base64Url.EncodeToString(DemoRealm.Modulus))));

    [Theory]
    [InlineData("none")]
    [InlineData("nOnE")]
    public async Task A_token_without_a_signature_is_rejected(string algorithm) =>
        await RejectedAsync("algorithm_none", token => token.WithHeader("alg", SignedToken.Quoted(algorithm)));

    [Fact]
    public async Task A_key_that_the_token_contains_or_links_to_is_not_used()
    {
        var own = TestKey.Rsa("attacker", "RS256", which: 2);

        await RejectedAsync(
            "signature",
            token => token.WithHeader("jwk", own.Jwk.ToJsonString())
                .WithHeader("jku", "\"https://attacker.example.com/keys\"")
                .SignedBy(own));
    }

    [Theory]
    [InlineData("{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}", "dpop_scheme")]
    [InlineData("{\"x5t#S256\":\"89U97RPFgRgwUzplVFXbsLwULjVXmRezGJhQa5XuWSA\"}", "bound_certificate_missing")]
    [InlineData("{}", "bound")]
    public async Task A_sender_constrained_token_is_rejected_as_a_bearer_token(string confirmation, string code) =>
        await RejectedAsync(code, token => token.With("cnf", confirmation));

    [Fact]
    public async Task Random_bytes_are_rejected()
    {
        await using var app = await ProtectedApp.StartAsync();

        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await app.GetAsync("/me", "Bearer " + Convert.ToHexString(RandomNumberGenerator.GetBytes(400)))).StatusCode);
        Assert.Equal(2, app.Realm.Requests.Total);
    }

    private static async Task RejectedAsync(string code, Func<SignedToken, SignedToken> change)
    {
        await using var app = await ProtectedApp.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice)).StatusCode);

        var answer = await app.GetAsync("/me", change(app.Alice));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        if (code is not ("dpop_scheme" or "bound_certificate_missing"))
        {
            Assert.Equal(Unauthorized, $"{(int)answer.StatusCode} {answer.Headers.WwwAuthenticate}");
        }

        Assert.Contains($"({code})", app.Realm.Log.Text("TokenRejected"), StringComparison.Ordinal);
        Assert.Equal(2, app.Realm.Requests.Total);
    }
}
