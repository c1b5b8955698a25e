using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Tests.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Authorization;

public sealed class MissingPermissionTests
{
    [Fact]
    public async Task The_description_names_everything_that_the_endpoint_requires_and_is_the_same_for_every_user()
    {
        await using var api = await TestApi.StartAsync(app => app.MapGet("/", () => "ok")
            .RequireScope("email", "orders:write")
            .RequireScope("audit")
            .RequireClientRole("writer")
            .RequireAuthorization(policy => policy.RequireRole("admin")));
        foreach (var payload in new[] { CapturedTokens.Alice26, CapturedTokens.Mallory26, "{}" })
        {
            using var response = await api.GetAsync("/", payload);
            Assert.Equal("email orders:write audit", Header(response, "X-Scope"));
            Assert.Equal(
                "The endpoint needs scopes 'email', 'orders:write' and scope 'audit' "
                + "and client role 'writer' of this API and role 'admin'.",
                Header(response, "X-Description"));
        }
    }

    [Fact]
    public async Task Names_that_are_not_valid_in_a_header_are_omitted_or_replaced()
    {
        await using var api = await TestApi.StartAsync(
            app => app.MapGet("/", () => "ok")
                .RequireScope("ok:1", "sch\u00f6n", "quo\"te", "back\\slash")
                .RequireRealmRole("r\u00f6le\r\n\"x\""));
        using var response = await api.GetAsync("/", "{}");
        Assert.Equal("ok:1", Header(response, "X-Scope"));
        Assert.Equal(
            "The endpoint needs scopes 'ok:1', 'sch?n', 'quo?te', 'back?slash' and realm role 'r?le???x?'.",
            Header(response, "X-Description"));
    }

    [Fact]
    public async Task Missing_roles_of_the_framework_are_explained()
    {
        await using var api = await TestApi.StartAsync(app =>
        {
            app.MapGet("/roles", [Authorize(Roles = "boss, root")] () => "ok");
            app.MapGet("/shipping", [Authorize(Roles = "dispatcher")] () => "ok");
            app.MapGet("/policy", () => "ok")
                .RequireAuthorization(new AuthorizationPolicyBuilder().RequireRole("boss").RequireScope("email").Build());
        });
        using var response = await api.GetAsync("/roles", CapturedTokens.Alice26);
        Assert.Equal("The endpoint needs role 'boss' or 'root'.", Header(response, "X-Description"));
        Assert.Contains("needs one of \"boss\", \"root\"", Diagnoses(response), StringComparison.Ordinal);

        using var shipping = await api.GetAsync("/shipping", CapturedTokens.Alice26);
        Assert.Contains("client-role:shipping-api/dispatcher", Diagnoses(shipping), StringComparison.Ordinal);

        using var policy = await api.GetAsync("/policy", CapturedTokens.Alice26);
        Assert.Equal("email", Header(policy, "X-Scope"));
        Assert.Contains("\"boss\"", Diagnoses(policy), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rejection_by_a_requirement_of_the_application_is_not_explained()
    {
        await using var api = await TestApi.StartAsync(
            app => app.MapGet("/", () => "ok").RequireScope("email").RequireAuthorization(policy => policy.RequireClaim("department")));
        using var response = await api.GetAsync("/", CapturedTokens.Alice26);
        Assert.Equal(403, (int)response.StatusCode);
        Assert.Null(Header(response, "X-Description"));
    }

    [Fact]
    public async Task A_rejection_by_an_MVC_filter_is_explained()
    {
        await using var api = await TestApi.StartAsync(
            app => app.MapControllers(),
            services => services.Configure<MvcOptions>(options => options.Filters.Add(new AuthorizeFilter("scope:audit"))),
            controllers: [typeof(EndpointPolicyCheckTests.PlainController)]);
        using var response = await api.GetAsync("/plain", CapturedTokens.Alice26);
        Assert.Equal("audit", Header(response, "X-Scope"));
    }

    [Theory]
    [InlineData(
        "scope:orders:write", CapturedTokens.Alice26, "The token of client \"cli\" was not granted \"orders:write\".",
        "Clients > cli > Client scopes > Add client scope")]
    [InlineData("scope:Email", CapturedTokens.Alice26, "It has \"email\": scopes are case-sensitive.", "Include in token scope")]
    [InlineData("realm-role:admin", CapturedTokens.Bob26, "does not contain the realm role \"admin\"", "Users > Role mapping")]
    [InlineData("realm-role:Admin", CapturedTokens.Alice26, "It contains \"admin\": roles are case-sensitive.", "Full scope")]
    [InlineData("realm-role:writer", CapturedTokens.Alice26, "the policy is \"client-role:orders-api/writer\"", "Role mapping")]
    [InlineData(
        "realm-role:admin",
        CapturedTokens.Lightweight26,
        "The token of client \"lightweight\" contains no roles",
        "client scope \"roles\"")]
    [InlineData(
        "client-role:writer",
        CapturedTokens.Bob26,
        "does not contain the role \"writer\" of the client \"orders-api\"",
        "Filter by clients")]
    [InlineData("client-role:writer", CapturedTokens.Lightweight26, "contains no roles", "lightweight access token")]
    [InlineData("client-role:dispatcher", CapturedTokens.Alice26, "the policy is \"client-role:shipping-api/dispatcher\"", "Clients > cli")]
    [InlineData("client-role:admin", CapturedTokens.Alice26, "the policy is \"realm-role:admin\"", "Clients > cli")]
    [InlineData(
        "group:staff", CapturedTokens.Alice26, "contains the group \"/staff\", but the endpoint needs \"staff\"", "Full group path")]
    [InlineData(
        "group:/a/staff",
        "{\"groups\":[\"staff\"]}",
        "contains the group \"staff\", but the endpoint needs \"/a/staff\"",
        "Full group path")]
    [InlineData("group:/boss", CapturedTokens.Alice26, "does not contain the group \"/boss\"", "Users > Groups")]
    [InlineData("group:/staff", CapturedTokens.Mallory26, "contains no groups", "Group Membership")]
    [InlineData("organization:Acme", CapturedTokens.Alice26, "It contains \"acme\": aliases are case-sensitive.", "alias")]
    [InlineData("organization:acme", CapturedTokens.Mallory26, "contains no organization", "scope=organization")]
    public async Task The_log_says_what_is_missing_and_where_to_change_it(string policy, string payload, string reason, string remedy)
    {
        await using var api = await TestApi.StartAsync(app => app.MapGet("/", () => "ok").RequireAuthorization(policy));
        using var response = await api.GetAsync("/", payload);
        Assert.Equal(403, (int)response.StatusCode);
        Assert.Contains(reason, Diagnoses(response), StringComparison.Ordinal);
        Assert.Contains(remedy, Diagnoses(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_diagnosis_says_when_no_own_client_is_configured()
    {
        var requirement = (IKeycloakRequirement)new ClientRoleRequirement("writer");
        Assert.False(requirement.IsMet(Users.JwtBearer(CapturedTokens.Alice26), null));
        Assert.Contains(
            "no own client is configured", requirement.Diagnose(Users.JwtBearer(CapturedTokens.Alice26)).Reason, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Fact]
    public void Text_chosen_by_a_user_cannot_break_a_log_line() =>
        Assert.Equal("a??b?" + new string('x', 195) + "...", ForeignText.Name("a\r\nb\"" + new string('x', 500)));

    [Fact]
    public async Task Nothing_is_recorded_for_an_authorized_request()
    {
        MissingPermission? recorded = null;
        await using var api = await TestApi.StartAsync(app => app.MapGet("/", (HttpContext http) =>
        {
            recorded = http.Features.Get<MissingPermission>();
            return "ok";
        }).RequireScope("email"));
        Assert.Equal(200, await api.StatusAsync("/", CapturedTokens.Alice26));
        Assert.Null(recorded);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    private static string Diagnoses(HttpResponseMessage response) =>
        Uri.UnescapeDataString(Header(response, "X-Diagnoses") ?? string.Empty);
}
