using System.Security.Claims;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Tests.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests.Authorization;

public sealed class PoliciesTests
{
    public static TheoryData<string> Shapes => [PayloadAuthenticationHandler.OurShape, PayloadAuthenticationHandler.JwtBearerShape];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Policies_by_name_accept_only_users_with_the_permission(string shape)
    {
        string[] names =
        [
            "scope:orders:read", "scope:email orders:read", "realm-role:admin", "client-role:writer", "client-role:shipping-api/dispatcher",
            "organization:acme", "group:/staff"
        ];
        await using var api = await TestApi.StartAsync(
            app =>
            {
                for (var i = 0; i < names.Length; i++)
                {
                    app.MapGet($"/{i}", () => "ok").RequireAuthorization(names[i]);
                }
            },
            shape: shape);
        for (var i = 0; i < names.Length; i++)
        {
            await api.AcceptsOnlyAlice($"/{i}");
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_missing_permission_is_rejected_even_if_the_user_has_one_that_differs_only_in_case(string shape)
    {
        string[] names =
        [
            "scope:Email", "scope:email orders:write", "realm-role:Admin", "realm-role:writer", "client-role:admin",
            "client-role:dispatcher", "client-role:Orders-api/writer", "organization:Acme", "group:staff", "group:/staff/x",
        ];
        await using var api = await TestApi.StartAsync(
            app =>
            {
                for (var i = 0; i < names.Length; i++)
                {
                    app.MapGet($"/{i}", () => "ok").RequireAuthorization(names[i]);
                }
            },
            shape: shape);
        for (var i = 0; i < names.Length; i++)
        {
            Assert.Equal(403, await api.StatusAsync($"/{i}", CapturedTokens.Alice26));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Endpoint_conventions_and_attributes_work_like_policy_names(string shape)
    {
        await using var api = await TestApi.StartAsync(
            app =>
            {
                app.MapGet("/0", () => "ok").RequireScope("email", "orders:read");
                app.MapGet("/1", () => "ok").RequireRealmRole("admin");
                app.MapGet("/2", () => "ok").RequireClientRole("writer");
                app.MapGet("/3", () => "ok").RequireClientRole("shipping-api", "dispatcher");
                app.MapGet("/4", () => "ok").RequireOrganization("acme");
                app.MapGet("/5", () => "ok").RequireGroup("/staff");
                app.MapGet("/6", [RequireScope("email")][RequireClientRole("dispatcher", Client = "shipping-api")] () => "ok");
                var group = app.MapGroup("/group").RequireScope("email");
                group.MapGet("/7", () => "ok").RequireRealmRole("admin");
            },
            shape: shape);
        foreach (var path in new[] { "/0", "/1", "/2", "/3", "/4", "/5", "/6", "/group/7" })
        {
            await api.AcceptsOnlyAlice(path);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Roles_of_the_framework_and_composed_policies_work_together_with_ours(string shape)
    {
        await using var api = await TestApi.StartAsync(
            app =>
            {
                app.MapGet("/roles", [Authorize(Roles = "root,writer")] () => "ok");
                app.MapGet("/both", () => "ok").RequireRealmRole("customer").RequireAuthorization("Own");
                app.MapGet("/composed", () => "ok").RequireAuthorization(policy => policy.RequireScope("email").RequireRealmRole("admin")
                    .RequireClientRole("writer")
                    .RequireClientRole("shipping-api", "dispatcher")
                    .RequireOrganization("acme")
                    .RequireGroup("/staff"));
            },
            services => services.AddAuthorization(
                options => options.AddPolicy("Own", policy => policy.RequireClaim("email", "alice@example.com"))),
            shape);
        foreach (var path in new[] { "/roles", "/both", "/composed" })
        {
            await api.AcceptsOnlyAlice(path);
        }

        Assert.Equal(403, await api.StatusAsync("/both", CapturedTokens.Bob26));
    }

    [Fact]
    public async Task AllowAnonymous_and_the_fallback_policy_work_as_in_the_framework()
    {
        await using var api = await TestApi.StartAsync(
            app =>
            {
                app.MapGet("/open", [AllowAnonymous] () => "ok").RequireScope("email");
                app.MapGet("/unmarked", () => "ok");
                app.MapGet("/scoped", () => "ok").RequireScope("email");
            },
            services => services.AddAuthorization(
                options => options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireRealmRole("admin").Build()));
        Assert.Equal(200, await api.StatusAsync("/open"));
        await api.AcceptsOnlyAlice("/unmarked");
        Assert.Equal(200, await api.StatusAsync("/scoped", CapturedTokens.Mallory26));
    }

    [Fact]
    public async Task A_policy_applies_when_the_attribute_names_an_authentication_scheme()
    {
        await using var api = await TestApi.StartAsync(app => app.MapGet("/", () => "ok")
            .RequireAuthorization(
                new AuthorizeAttribute("scope:orders:read") { AuthenticationSchemes = PayloadAuthenticationHandler.JwtBearerShape }));
        await api.AcceptsOnlyAlice("/");
    }

    [Fact]
    public async Task A_policy_that_the_application_registers_under_our_name_takes_precedence()
    {
        await using var api = await TestApi.StartAsync(
            app => app.MapGet("/", () => "ok").RequireScope("special"),
            services => services.AddAuthorization(options => options.AddPolicy("scope:special", policy => policy.RequireClaim("email"))));
        Assert.Equal(200, await api.StatusAsync("/", CapturedTokens.Bob26));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_policy_provider_of_the_application_works_when_registered_before_or_after(bool before)
    {
        void Own(IServiceCollection services) => services.AddSingleton<IAuthorizationPolicyProvider, AgePolicyProvider>();

        await using var api = await TestApi.StartAsync(
            app =>
            {
                app.MapGet("/ours", () => "ok").RequireAuthorization("scope:orders:read");
                app.MapGet("/theirs", () => "ok").RequireAuthorization("age:18");
            },
            services =>
            {
                if (before)
                {
                    Own(services);
                    services.AddKeycloakPolicies();
                }
                else
                {
                    services.AddKeycloakPolicies();
                    Own(services);
                }
            },
            policies: false);
        await api.AcceptsOnlyAlice("/ours");
        Assert.Equal(200, await api.StatusAsync("/theirs", """{"age":"18"}"""));
        Assert.Equal(403, await api.StatusAsync("/theirs", CapturedTokens.Alice26));
    }

    [Fact]
    public async Task Policies_can_be_cached_unless_the_provider_of_the_application_forbids_it()
    {
        await using var api = await TestApi.StartAsync(_ => { });
        var provider = api.Services.GetRequiredService<IAuthorizationPolicyProvider>();
        Assert.IsType<KeycloakPolicyProvider>(provider);
        Assert.True(provider.AllowsCachingPolicies);
        Assert.Same(await provider.GetPolicyAsync("scope:email"), await provider.GetPolicyAsync("scope:email"));

        await using var own = await TestApi.StartAsync(
            _ => { },
            services =>
            {
                services.AddSingleton<IAuthorizationPolicyProvider, AgePolicyProvider>();
                services.AddKeycloakPolicies();
            },
            policies: false);
        Assert.False(own.Services.GetRequiredService<IAuthorizationPolicyProvider>().AllowsCachingPolicies);
    }

    [Fact]
    public async Task Registering_twice_changes_nothing_and_the_policy_cache_is_bounded()
    {
        var services = new ServiceCollection().AddLogging().AddKeycloakPolicies();
        services.AddKeycloakPolicies();
        services.AddAuthorization();
        Assert.Single(
            services,
            descriptor => descriptor is { IsKeyedService: false } && descriptor.ServiceType == typeof(IAuthorizationPolicyProvider));
        Assert.Single(
            services,
            descriptor => descriptor is { IsKeyedService: true } && descriptor.ServiceType == typeof(IAuthorizationPolicyProvider));
        Assert.Single(
            services,
            descriptor => descriptor.ServiceType == typeof(
                Microsoft.AspNetCore.Hosting.IStartupFilter) && descriptor.ImplementationType?.Name == "EndpointPolicyCheck");
        Assert.Single(services, descriptor => descriptor.ServiceType == typeof(KeycloakPolicies));

        await using var provider = services.BuildServiceProvider();
        var policies = provider.GetRequiredService<IAuthorizationPolicyProvider>();
        for (var i = 0; i < 3000; i++)
        {
            Assert.NotNull(await policies.GetPolicyAsync($"scope:s{i}"));
        }

        Assert.NotSame(await policies.GetPolicyAsync("scope:s2999"), await policies.GetPolicyAsync("scope:s2999"));
        Assert.Same(await policies.GetPolicyAsync("scope:s1"), await policies.GetPolicyAsync("scope:s1"));
    }

    [Fact]
    public async Task Imperative_checks_work_without_a_request()
    {
        await using var api = await TestApi.StartAsync(
            _ => { }, services => services.AddKeycloakClaims(options => options.ClientId = "orders-api"));
        var authorization = api.Services.GetRequiredService<IAuthorizationService>();
        foreach (var user in new[] { Users.Of(CapturedTokens.Alice26), Users.JwtBearer(CapturedTokens.Alice26) })
        {
            Assert.True((await authorization.AuthorizeAsync(user, "client-role:writer")).Succeeded);
            Assert.True((await authorization.AuthorizeAsync(user, new object(), "scope:email")).Succeeded);
            Assert.False((await authorization.AuthorizeAsync(user, "scope:none")).Succeeded);
        }

        Assert.False((await authorization.AuthorizeAsync(new ClaimsPrincipal(), "scope:email")).Succeeded);
        Assert.False((await authorization.AuthorizeAsync(null!, "scope:email")).Succeeded);
        await Assert.ThrowsAsync<InvalidOperationException>(() => authorization.AuthorizeAsync(Users.Of(CapturedTokens.Alice26), "scope:"));
    }

    [Fact]
    public async Task Composed_policies_take_the_own_client_from_the_options_if_the_user_does_not_have_it()
    {
        await using var api = await TestApi.StartAsync(
            app => app.MapGet("/", async (HttpContext http, IAuthorizationService authorization) =>
            {
                var policy = new AuthorizationPolicyBuilder().RequireClientRole("writer").Build();
                return (await authorization.AuthorizeAsync(Users.JwtBearer(CapturedTokens.Alice26), http, policy)).Succeeded
                    ? Results.Ok()
                    : Results.Forbid();
            }),
            services => services.Configure<KeycloakClaimsOptions>(options => options.ClientId = "orders-api"));
        Assert.Equal(200, await api.StatusAsync("/"));
    }

    [Fact]
    public async Task An_authorization_handler_of_the_application_can_authorize_its_administrators()
    {
        await using var api = await TestApi.StartAsync(
            app => app.MapGet("/", () => "ok").RequireScope("nobody-has-it"),
            services => services.AddSingleton<IAuthorizationHandler, AdministratorsPass>());
        await api.AcceptsOnlyAlice("/");
    }

    private sealed class AdministratorsPass : IAuthorizationHandler
    {
        public Task HandleAsync(AuthorizationHandlerContext context)
        {
            if (context.User.IsInRole("admin"))
            {
                context.PendingRequirements.ToList().ForEach(context.Succeed);
            }

            return Task.CompletedTask;
        }
    }

    internal sealed class AgePolicyProvider(IOptions<AuthorizationOptions> options) : IAuthorizationPolicyProvider
    {
        private readonly DefaultAuthorizationPolicyProvider _fallback = new(options);

        public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => _fallback.GetDefaultPolicyAsync();

        public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => _fallback.GetFallbackPolicyAsync();

        public async Task<AuthorizationPolicy?> GetPolicyAsync(string policyName)
        {
            await Task.Yield();
            return policyName.StartsWith("age:", StringComparison.Ordinal)
                ? new AuthorizationPolicyBuilder().RequireClaim("age", policyName[4..]).Build()
                : await _fallback.GetPolicyAsync(policyName);
        }
    }
}
