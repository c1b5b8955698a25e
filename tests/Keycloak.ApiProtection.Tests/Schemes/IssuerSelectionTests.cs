using System.Net;
using Keycloak.ApiProtection.Tests.Http;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Schemes;

public sealed class IssuerSelectionTests
{
    private const string Partners = "https://kc.example/realms/partners";

    [Fact]
    public async Task A_token_is_verified_by_the_scheme_that_trusts_its_issuer()
    {
        await using var app = await StartAsync(builder => builder.SelectKeycloakBearerByIssuer());

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", Partner(app))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/email", Partner(app))).StatusCode);
    }

    [Fact]
    public async Task The_issuer_selects_only_the_scheme_that_verifies_the_token()
    {
        await using var app = await StartAsync(builder => builder.SelectKeycloakBearerByIssuer());

        // A token for the API of the other scheme, a token without a valid signature, and a policy that names one scheme.
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", Partner(app).WithText("aud", DemoRealm.Audience))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", Partner(app).Signed(_ => new byte[256]))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/orders-only", Partner(app))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/orders-only", app.Alice)).StatusCode);
    }

    [Fact]
    public async Task Only_one_scheme_responds_to_a_rejected_request()
    {
        await using var app = await StartAsync(builder => builder.SelectKeycloakBearerByIssuer());

        var challenged = await app.GetAsync("/me", Partner(app).WithText("typ", "ID"));
        var forbidden = await app.GetAsync("/own", Partner(app));

        Assert.StartsWith(
            "Bearer realm=\"partners\", error=\"invalid_token\"",
            Assert.Single(challenged.Headers.NonValidated["WWW-Authenticate"]),
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        Assert.StartsWith(
            "Bearer realm=\"partners\", error=\"insufficient_scope\"",
            Assert.Single(forbidden.Headers.NonValidated["WWW-Authenticate"]),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer eyJhbGciOiJSUzI1NiJ9.e30.AA")]
    [InlineData("Bearer eyJhbGciOiJSUzI1NiJ9.W10.AA")]
    public async Task Malformed_tokens_and_unknown_issuers_go_to_the_default_scheme(string header)
    {
        await using var app = await StartAsync(builder => builder.SelectKeycloakBearerByIssuer());
        var unknown = app.Alice.WithText("iss", "https://evil.example");

        Assert.StartsWith(
            "Bearer realm=\"demo\", error",
            (await app.GetAsync("/me", header)).Headers.WwwAuthenticate.ToString(),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Bearer realm=\"demo\", error",
            (await app.GetAsync("/me", unknown)).Headers.WwwAuthenticate.ToString(),
            StringComparison.Ordinal);
        Assert.Equal(Challenges.WithoutToken, (await app.GetAsync("/me")).Headers.WwwAuthenticate.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", "Bearer " + new string('x', 20_000))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await app.GetAsync("/me", "Bearer")).StatusCode);
    }

    [Fact]
    public async Task A_token_in_the_query_selects_its_scheme_where_that_scheme_allows_it()
    {
        await using var app = await StartAsync(builder => builder.SelectKeycloakBearerByIssuer());

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/hub/listen?access_token=" + Partner(app).Text)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/hub/listen?access_token=" + app.Alice.Text)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me?access_token=" + Partner(app).Text)).StatusCode);
    }

    [Fact]
    public async Task Without_issuer_selection_the_second_scheme_is_not_used_and_the_log_warns()
    {
        await using var app = await StartAsync(_ => { });

        var warning = app.Realm.Log.Text("DoubtfulSetting");
        Assert.Contains("the scheme 'Partners'", warning, StringComparison.Ordinal);
        Assert.Contains("SelectKeycloakBearerByIssuer()", warning, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", Partner(app))).StatusCode);
        var refused = app.Realm.Log.Text("TokenRejected");
        Assert.Contains("The scheme 'Partners' of this application trusts this issuer.", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("ValidIssuers", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scheme_that_is_named_by_an_endpoint_or_selected_by_issuer_causes_no_warning()
    {
        await using var selected = await StartAsync(builder => builder.SelectKeycloakBearerByIssuer());
        await using var byAttribute = await StartAsync(
            _ => { },
            app => app.MapGet("/p", () => "p").RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "Partners" }));
        await using var byPolicy = await StartAsync(
            _ => { },
            app => app.MapGet("/p", () => "p")
                .RequireAuthorization(policy => policy.AddAuthenticationSchemes("Partners").RequireAuthenticatedUser()));

        Assert.Equal((0, 0, 0), (Warnings(selected), Warnings(byAttribute), Warnings(byPolicy)));
    }

    private static int Warnings(ProtectedApp app) => app.Realm.Log.Count("DoubtfulSetting");

    private static SignedToken Partner(ProtectedApp app) =>
        app.Alice.WithText("iss", Partners).WithText("aud", "partners-api");

    private static async Task<ProtectedApp> StartAsync(Action<AuthenticationBuilder> select, Action<WebApplication>? map = null)
    {
        var realm = await DemoRealm.StartAsync();
        await realm.AddAsync(Partners);
        return await ProtectedApp.StartAsync(
            services => select(services.AddKeycloakBearer().AddKeycloakBearer("Partners", options =>
            {
                (options.Authority, options.Resource) = (Partners, "partners-api");
                options.QueryTokenPaths.Add("/hub");
            })),
            app =>
            {
                app.MapGet("/orders-only", () => "orders")
                    .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "Keycloak" });
                map?.Invoke(app);
            },
            realm);
    }
}
