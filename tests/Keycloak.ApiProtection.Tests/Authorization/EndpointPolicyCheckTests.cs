using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

#pragma warning disable CA1822 // actions and hub methods must be instance methods

namespace Keycloak.ApiProtection.Tests.Authorization;

public sealed class EndpointPolicyCheckTests
{
    [Theory]
    [InlineData("scope:", "it names no scope")]
    [InlineData("client-role:", "it names no client role")]
    [InlineData("client-role:/x", "it names no client")]
    [InlineData("realm-role:50%", "%25")]
    [InlineData("active-token:-Infinity", "it names no age in seconds from 0 to 3600")]
    [InlineData("active-token:Infinity", "it names no age in seconds from 0 to 3600")]
    [InlineData("active-token:NaN", "it names no age in seconds from 0 to 3600")]
    [InlineData("active-token:-1", "it names no age in seconds from 0 to 3600")]
    [InlineData("active-token:3600.1", "it names no age in seconds from 0 to 3600")]
    [InlineData("active-token:99999999999999999999999999", "it names no age in seconds from 0 to 3600")]
    [InlineData("scopes:email", "Did you mean \"scope:email\"?")]
    [InlineData("Scope:email", "Did you mean \"scope:email\"?")]
    [InlineData("client_role:x", "Did you mean \"client-role:x\"?")]
    [InlineData("role:admin", "Did you mean \"realm-role:admin\"?")]
    public async Task A_mistyped_policy_name_fails_at_startup(string policy, string remedy)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TestApi.StartAsync(app =>
        {
            app.MapGet("/good", () => "ok").RequireAuthorization("scope:email");
            app.MapGet("/orders/{id}", () => "ok").RequireAuthorization(policy);
        }));
        Assert.Contains("/orders/{id}", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"\"{policy}\"", failure.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/good", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_policy_name_on_a_controller_fails_at_startup()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestApi.StartAsync(app => app.MapControllers(), controllers: [typeof(SlipController)]));
        Assert.Contains(nameof(SlipController), failure.Message, StringComparison.Ordinal);
        Assert.Contains("scope:email", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_policy_name_in_a_global_filter_fails_at_startup() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => TestApi.StartAsync(
            app => app.MapControllers(),
            services => services.Configure<MvcOptions>(options => options.Filters.Add(new AuthorizeFilter("scope:"))),
            controllers: [typeof(PlainController)]));

    [Fact]
    public async Task A_mistyped_policy_name_on_a_hub_or_its_methods_fails_at_startup()
    {
        foreach (var map in new Action<WebApplication>[] { app => app.MapHub<SlipHub>("/hub"), app => app.MapHub<SlipMethodHub>("/hub") })
        {
            var failure = await Assert.ThrowsAsync<InvalidOperationException>(
                () => TestApi.StartAsync(map, services => services.AddSignalR()));
            Assert.Contains("/hub", failure.Message, StringComparison.Ordinal);
            Assert.Contains("Did you mean \"scope:email\"?", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_mistyped_policy_name_on_an_anonymous_endpoint_fails_at_startup() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => TestApi.StartAsync(
            app => app.MapGet("/", [AllowAnonymous] () => "ok").RequireAuthorization("scope:")));

    [Fact]
    public async Task Policy_names_of_the_application_are_not_checked()
    {
        await using var api = await TestApi.StartAsync(
            app =>
            {
                app.MapGet("/1", () => "ok").RequireAuthorization("role:own");
                app.MapGet("/2", () => "ok").RequireAuthorization("scope:");
                app.MapGet("/3", () => "ok").RequireAuthorization("NotRegisteredYet");
                app.MapGet("/4", () => "ok").RequireAuthorization("tenant:x");
            },
            services => services.AddAuthorization(options =>
            {
                options.AddPolicy("role:own", policy => policy.RequireAuthenticatedUser());
                options.AddPolicy("scope:", policy => policy.RequireAuthenticatedUser());
            }));
        Assert.Equal(200, await api.StatusAsync("/1", "{}"));
        Assert.Equal(200, await api.StatusAsync("/2", "{}"));
    }

    [Fact]
    public async Task A_policy_provider_registered_later_that_hides_ours_fails_at_startup()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TestApi.StartAsync(
            app => app.MapGet("/", () => "ok").RequireScope("email"),
            services => services.AddSingleton<IAuthorizationPolicyProvider, OwnNamesOnly>()));
        Assert.Contains(nameof(OwnNamesOnly), failure.Message, StringComparison.Ordinal);
        Assert.Contains("registered after AddKeycloakPolicies()", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_provider_that_accepts_every_name_cannot_change_the_meaning_of_RequireScope()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TestApi.StartAsync(
            app => app.MapGet("/", () => "ok").RequireScope("email"),
            services =>
            {
                services.AddSingleton<IAuthorizationPolicyProvider, AnyName>();
                services.AddKeycloakPolicies();
            },
            policies: false));
        Assert.Contains("[RequireScope] requires the policy \"scope:email\"", failure.Message, StringComparison.Ordinal);

        await using var named = await TestApi.StartAsync(
            app => app.MapGet("/", () => "ok").RequireAuthorization("scope:email"),
            services =>
            {
                services.AddSingleton<IAuthorizationPolicyProvider, AnyName>();
                services.AddKeycloakPolicies();
            },
            policies: false);
        Assert.Equal(200, await named.StatusAsync("/", "{}"));
    }

    [Fact]
    public async Task All_mistyped_policy_names_are_reported_together()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TestApi.StartAsync(app =>
        {
            app.MapGet("/a", () => "ok").RequireAuthorization("scope:");
            app.MapGet("/b", () => "ok").RequireAuthorization("Group:/x");
        }));
        Assert.Contains("/a", failure.Message, StringComparison.Ordinal);
        Assert.Contains("/b", failure.Message, StringComparison.Ordinal);
    }

    [Route("slip")]
    public sealed class SlipController : ControllerBase
    {
        [HttpGet]
        [Authorize(Policy = "scope :email")]
        public string Get() => "ok";
    }

    [Route("plain")]
    public sealed class PlainController : ControllerBase
    {
        [HttpGet]
        public string Get() => "ok";
    }

    [Authorize(Policy = "scopes:email")]
    public sealed class SlipHub : Hub;

    public sealed class SlipMethodHub : Hub
    {
        [Authorize(Policy = "Scope:email")]
        public string Read() => "ok";
    }

    private sealed class OwnNamesOnly : IAuthorizationPolicyProvider
    {
        public Task<AuthorizationPolicy> GetDefaultPolicyAsync() =>
            Task.FromResult(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());

        public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => Task.FromResult<AuthorizationPolicy?>(null);

        public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) => Task.FromResult<AuthorizationPolicy?>(null);
    }

    private sealed class AnyName : IAuthorizationPolicyProvider
    {
        public Task<AuthorizationPolicy> GetDefaultPolicyAsync() =>
            Task.FromResult(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());

        public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => Task.FromResult<AuthorizationPolicy?>(null);

        public async Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) => await GetDefaultPolicyAsync();
    }
}
