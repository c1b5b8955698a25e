using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests.Notifications;

public sealed class KeycloakEndpointsTests
{
    [Fact]
    public async Task Without_login_clients_startup_fails_and_the_message_says_what_to_set()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ProtectedApp.StartAsync(services => services.AddKeycloakBearer(), app => app.MapKeycloakEndpoints()));

        Assert.Contains("Set LoginClients", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_API_that_accepts_only_pushes_needs_no_login_clients()
    {
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(),
            app => app.MapKeycloakEndpoints(options => options.BackchannelLogout = null));

        Assert.Equal(
            HttpStatusCode.NoContent, (await app.PushAsync("k_test_available", KeycloakCaller.Push(app, "TEST_AVAILABLE", 0))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.LogoutAsync("logout_token=x")).StatusCode);
    }

    [Fact]
    public async Task With_all_endpoints_disabled_startup_fails()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(),
            app => app.MapKeycloakEndpoints(options => (options.BackchannelLogout, options.AdminUrl) = (null, null))));

        Assert.Contains("nothing to map", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_paths_can_be_changed()
    {
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(options => options.LoginClients.Add("storefront")),
            app => app.MapKeycloakEndpoints(options => (options.BackchannelLogout, options.AdminUrl) = ("/out", "/kc/")));

        var logout = $"logout_token={KeycloakCaller.Logout(app).Text}";
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("/out", logout, "application/x-www-form-urlencoded")).StatusCode);
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await app.PostAsync("/kc/k_test_available", KeycloakCaller.Push(app, "TEST_AVAILABLE", 0).Text, "text/plain")).StatusCode);
    }

    [Fact]
    public async Task The_endpoints_need_no_token_even_if_a_fallback_policy_requires_one()
    {
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer(options => options.LoginClients.Add("storefront"));
                services.AddAuthorizationBuilder().SetFallbackPolicy(
                    new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
            },
            app => app.MapKeycloakEndpoints());

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/public")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(KeycloakCaller.Logout(app))).StatusCode);
    }

    [Fact]
    public async Task The_endpoints_are_excluded_from_OpenAPI_documents()
    {
        await using var app = await KeycloakCaller.StartAsync();

        var endpoints = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/.keycloak", StringComparison.Ordinal)).ToArray();

        Assert.Equal(4, endpoints.Length);
        Assert.All(
            endpoints, endpoint => Assert.True(endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()!.ExcludeFromDescription));
    }

    [Fact]
    public async Task Login_clients_without_mapped_endpoints_cause_a_warning()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.LoginClients.Add("storefront"));
        Assert.Contains("MapKeycloakEndpoints()", app.Realm.Log.Text("LoginClientsUnused"), StringComparison.Ordinal);

        await using var mapped = await KeycloakCaller.StartAsync();
        Assert.Equal(0, mapped.Realm.Log.Count("LoginClientsUnused"));
    }

    [Fact]
    public void Mapping_without_a_scheme_fails_and_the_message_says_what_is_missing()
    {
        var builder = WebApplication.CreateSlimBuilder();
        using var app = (IDisposable)builder.Build();

        var failure = Assert.Throws<InvalidOperationException>(() => ((IEndpointRouteBuilder)app).MapKeycloakEndpoints());

        Assert.Contains("AddKeycloakBearer()", failure.Message, StringComparison.Ordinal);
    }
}
