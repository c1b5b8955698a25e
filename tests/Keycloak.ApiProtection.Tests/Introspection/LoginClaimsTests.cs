using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Introspection;

/// <summary>
/// <c>acr</c> and <c>auth_time</c> come from the token. Keycloak's response describes the session, which another login may have changed.
/// </summary>
public sealed class LoginClaimsTests
{
    [Fact]
    public async Task A_silver_token_stays_silver_after_its_session_reached_gold()
    {
        await using var api = await StartAsync();
        var silver = api.Realm.Token("alice").For("cli").InSession("s1").WithAuthentication("silver").Create();
        Assert.Equal("401", await api.VerdictAsync(silver, "/gold"));

        var gold = api.Realm.Token("alice").For("cli").InSession("s1").WithAuthentication("gold").Create();
        api.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("200", await api.VerdictAsync(gold, "/gold"));
        Assert.Equal("401", await api.VerdictAsync(silver, "/gold"));
        Assert.Equal("silver", await api.TextAsync(silver, "/acr"));
    }

    [Fact]
    public async Task A_later_login_of_the_session_does_not_make_an_older_token_fresh()
    {
        await using var api = await StartAsync();
        var old = api.Realm.Token("alice").For("cli").InSession("s1").WithAuthentication(
            "gold", api.Time.GetUtcNow().AddHours(-1)).Create();
        var fresh = api.Realm.Token("alice").For("cli").InSession("s1").WithAuthentication("gold").Create();

        Assert.Equal("401", await api.VerdictAsync(old, "/fresh"));
        Assert.Equal("200", await api.VerdictAsync(fresh, "/fresh"));
    }

    [Fact]
    public async Task A_response_with_other_roles_does_not_replace_the_login_either()
    {
        await using var api = await StartAsync();
        var silver = api.Realm.Token("alice").For("cli").InSession("s1").WithAuthentication("silver").Create();
        api.Realm.Token("alice").For("cli").InSession("s1").WithAuthentication("gold").Create();
        api.Realm.Users.UnassignRole("alice", "writer", "orders-api");

        Assert.Equal("403", await api.VerdictAsync(silver, "/write"));
        Assert.Equal("401", await api.VerdictAsync(silver, "/gold"));
    }

    [Fact]
    public async Task A_role_claim_with_the_name_of_a_login_claim_is_not_taken_from_the_response()
    {
        await using var api = await StartAsync(options =>
        {
            options.Claims.RoleClaims.Add("acr");
            options.Claims.RoleClaims.Add("auth_time");
        });
        var silver = api.Realm.Token("alice").For("cli").InSession("s1").WithAuthentication(
            "silver", api.Time.GetUtcNow().AddHours(-1)).Create();
        api.Realm.Token("alice").For("cli").InSession("s1").WithAuthentication("gold").Create();

        Assert.Equal("401", await api.VerdictAsync(silver, "/gold"));
        Assert.Equal("401", await api.VerdictAsync(silver, "/fresh"));
    }

    [Fact]
    public async Task A_lightweight_token_without_the_claims_is_forbidden_although_the_response_has_them()
    {
        await using var api = await StartAsync();
        var gold = api.Realm.Token("alice").For("lightweight").InSession("s1").WithAuthentication("gold");

        foreach (var path in new[] { "/gold", "/fresh" })
        {
            using var response = await api.SendAsync(gold.WithoutClaim("acr").WithoutClaim("auth_time").Create(), path);
            Assert.Equal(403, (int)response.StatusCode);
            Assert.Contains("another login does not help", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(string.Empty, await api.TextAsync(gold.WithoutClaim("acr").Create(), "/acr"));
        Assert.Equal("200", await api.VerdictAsync(gold.Create(), "/gold"));
        Assert.Equal("200", await api.VerdictAsync(gold.Create(), "/fresh"));
        Assert.Equal("gold", await api.TextAsync(gold.Create(), "/acr"));
    }

    [Fact]
    public async Task A_lightweight_token_keeps_the_login_that_it_contains()
    {
        await using var api = await StartAsync();
        var silver = api.Realm.Token("alice").For("lightweight").InSession("s1").WithAuthentication(
            "silver", api.Time.GetUtcNow().AddHours(-1)).Create();
        api.Realm.Token("alice").For("lightweight").InSession("s1").WithAuthentication("gold").Create();

        Assert.Equal("401", await api.VerdictAsync(silver, "/gold"));
        Assert.Equal("401", await api.VerdictAsync(silver, "/fresh"));
        Assert.Equal("silver", await api.TextAsync(silver, "/acr"));
    }

    [Fact]
    public async Task A_token_that_is_no_longer_active_is_reported_before_its_login()
    {
        await using var api = await StartAsync();
        var silver = api.Realm.Token("alice").For("cli").WithAuthentication("silver").Create();
        Assert.Equal("401", await api.VerdictAsync(silver, "/gold/active"));

        api.Realm.Sessions.LogOut("alice");
        api.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("401 inactive", await api.VerdictAsync(silver, "/gold/active"));
    }

    private static Task<IntrospectingApi> StartAsync(Action<KeycloakBearerOptions>? configure = null) => IntrospectingApi.StartAsync(
        _ => { },
        app =>
        {
            app.MapGet("/gold", () => "x").RequireAuthentication("gold");
            app.MapGet("/gold/active", () => "x").RequireAuthentication("gold").RequireActiveToken();
            app.MapGet("/fresh", () => "x").RequireAuthentication(TimeSpan.FromMinutes(5));
            app.MapGet("/acr", (HttpContext http) => http.User.GetAuthenticationContextClass() ?? string.Empty).RequireAuthorization();
        },
        options =>
        {
            options.Introspection.Mode = IntrospectionMode.Always;
            configure?.Invoke(options);
        });
}
