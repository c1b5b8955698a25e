using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Realms;
using Microsoft.AspNetCore.Builder;

namespace Keycloak.ApiProtection.Tests.Introspection;

/// <summary>
/// The introspection response changes the permissions of a token and never adds permissions that the token was issued without.
/// </summary>
public sealed class CurrentRolesTests
{
    [Fact]
    public async Task A_token_exchanged_for_one_audience_does_not_get_roles_of_another_client()
    {
        await using var api = await StartAsync();
        var token = Exchanged(api);

        Assert.Equal(
            "403", await AskAsync(api, token, "/shipping", answer => answer["resource_access"]!["shipping-api"] = Roles("dispatcher")));
        Assert.Equal("200", await api.VerdictAsync(token, "/write"));
    }

    [Fact]
    public async Task Roles_of_a_client_that_is_in_the_token_come_from_the_response()
    {
        await using var api = await StartAsync();
        var token = api.Realm.Token("alice").For("cli").WithClientRoles("shipping-api", "packer").Create();

        Assert.Equal(
            "200", await AskAsync(api, token, "/shipping", answer => answer["resource_access"]!["shipping-api"] = Roles("dispatcher")));
        Assert.Equal(
            "403", await AskAsync(api, token, "/shipping", answer => answer["resource_access"]!["shipping-api"] = Roles("packer")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_first_role_of_this_API_takes_effect_within_the_freshness(bool hasOthers)
    {
        await using var api = await StartAsync();
        var token = hasOthers
            ? api.Realm.Token("alice")
                .For("cli")
                .WithClaim("resource_access", new JsonObject { ["shipping-api"] = Roles("packer") })
                .Create()
            : api.Realm.Token("alice").For("cli").WithoutClaim("resource_access").Create();

        Assert.Equal(
            "200",
            await AskAsync(
                api,
                token,
                "/write",
                answer => answer["resource_access"] = new JsonObject { ["orders-api"] = Roles("writer") }));
    }

    [Fact]
    public async Task A_token_without_realm_roles_gets_none_from_the_response()
    {
        await using var api = await StartAsync();
        var token = api.Realm.Token("alice").For("cli").WithoutClaim("realm_access").Create();

        Assert.Equal("403", await AskAsync(api, token, "/admin", answer => answer["realm_access"] = Roles("admin")));
    }

    [Fact]
    public async Task A_newly_assigned_realm_role_takes_effect_within_the_freshness()
    {
        await using var api = await StartAsync();
        var token = api.Realm.Token("alice").For("cli").WithRealmRoles("customer").Create();

        Assert.Equal("200", await AskAsync(api, token, "/admin", answer => answer["realm_access"] = Roles("customer", "admin")));
    }

    [Theory]
    [InlineData("openid email", "openid email orders:write", "403")]
    [InlineData("openid email", "openid", "403")]
    [InlineData("openid email orders:write", "orders:write", "200")]
    [InlineData("openid email orders:write", "openid email", "403")]
    [InlineData("openid email orders:write", "orders:write email openid profile", "200")]
    [InlineData(null, "orders:write", "403")]
    public async Task Only_scopes_that_are_in_the_token_and_in_the_response_are_granted(string? said, string answered, string verdict)
    {
        await using var api = await StartAsync();
        var builder = api.Realm.Token("alice").For("cli");
        var token = (said is null ? builder.WithoutClaim("scope") : builder.WithClaim("scope", said)).Create();

        Assert.Equal(verdict, await AskAsync(api, token, "/scope", answer => answer["scope"] = answered));
    }

    [Theory]
    [InlineData("groups", "/group")]
    [InlineData("organization", "/organization")]
    public async Task A_claim_that_is_not_in_the_token_is_not_added_from_the_response(string claim, string path)
    {
        await using var api = await StartAsync();
        var token = api.Realm.Token("alice").For("cli").WithoutClaim(claim).Create();
        var has = api.Realm.Token("alice").For("cli").WithClaim(claim, Array.Empty<string>()).Create();

        Assert.Equal("403", await AskAsync(api, token, path, answer => answer[claim] = new JsonArray("acme")));
        Assert.Equal("200", await AskAsync(api, has, path, answer => answer[claim] = new JsonArray("acme")));
    }

    [Fact]
    public async Task All_permissions_of_a_lightweight_token_come_from_the_response()
    {
        await using var api = await StartAsync();
        var token = api.Realm.Token("alice").For("lightweight").Create();

        Assert.Equal("200", await AskAsync(api, token, "/shipping", answer =>
        {
            (answer["aud"], answer["sub"]) = ("orders-api", "user-1");
            answer["resource_access"] = new JsonObject { ["shipping-api"] = Roles("dispatcher") };
        }));
    }

    private static Task<IntrospectingApi> StartAsync() => IntrospectingApi.StartAsync(
        _ => { },
        app =>
        {
            app.MapGet("/shipping", () => "shipping").RequireClientRole("shipping-api", "dispatcher");
            app.MapGet("/admin", () => "admin").RequireRealmRole("admin");
            app.MapGet("/scope", () => "scope").RequireScope("orders:write");
            app.MapGet("/group", () => "group").RequireGroup("acme");
            app.MapGet("/organization", () => "organization").RequireOrganization("acme");
        },
        options => (options.Introspection.Mode, options.Introspection.Freshness) = (IntrospectionMode.Always, TimeSpan.Zero));

    /// <summary>An exchanged token as Keycloak 26.7.3 issues it with <c>audience=orders-api</c>.</summary>
    private static string Exchanged(IntrospectingApi api) =>
        api.Realm.Token("alice")
            .For("exchanger")
            .WithAudience("orders-api")
            .WithClaim("resource_access", new JsonObject { ["orders-api"] = Roles("reader", "writer") })
            .Create();

    private static Task<string> AskAsync(IntrospectingApi api, string token, string path, Action<JsonObject> change)
    {
        var answer = Answers.Of(token);
        change(answer);
        api.Line.Instead = _ => Responses.Of(answer.ToJsonString());
        return api.VerdictAsync(token, path);
    }

    private static JsonObject Roles(params string[] roles) =>
        new() { ["roles"] = new JsonArray([.. roles.Select(role => (JsonNode)role)]) };
}
