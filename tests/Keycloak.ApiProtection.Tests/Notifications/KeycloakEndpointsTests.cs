using System.Net;
using Keycloak.ApiProtection.Notifications;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests.Notifications;

public sealed class KeycloakEndpointsTests
{
    [Fact]
    public async Task Without_login_clients_the_start_fails_and_says_what_to_set()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ProtectedApp.StartAsync(services => services.AddKeycloakBearer(), app => app.MapKeycloakEndpoints()));

        Assert.Contains("Set LoginClients", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_API_that_takes_pushes_alone_needs_no_login_clients()
    {
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(),
            app => app.MapKeycloakEndpoints(options => options.BackchannelLogout = null));

        Assert.Equal(HttpStatusCode.NoContent, (await app.PushAsync("k_test_available", KeycloakCaller.Push(app, "TEST_AVAILABLE", 0))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.LogoutAsync("logout_token=x")).StatusCode);
    }

    [Fact]
    public async Task With_everything_switched_off_the_start_fails()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(),
            app => app.MapKeycloakEndpoints(options => (options.BackchannelLogout, options.AdminUrl) = (null, null))));

        Assert.Contains("nothing to map", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_can_be_others()
    {
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(options => options.LoginClients.Add("storefront")),
            app => app.MapKeycloakEndpoints(options => (options.BackchannelLogout, options.AdminUrl) = ("/out", "/kc/")));

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("/out", $"logout_token={KeycloakCaller.Logout(app).Text}", "application/x-www-form-urlencoded")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await app.PostAsync("/kc/k_test_available", KeycloakCaller.Push(app, "TEST_AVAILABLE", 0).Text, "text/plain")).StatusCode);
    }

    [Fact]
    public async Task They_need_no_token_though_everything_else_does()
    {
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer(options => options.LoginClients.Add("storefront"));
                services.AddAuthorizationBuilder().SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
            },
            app => app.MapKeycloakEndpoints());

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/public")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(KeycloakCaller.Logout(app))).StatusCode);
    }

    [Fact]
    public async Task They_are_left_out_of_OpenAPI_documents()
    {
        await using var app = await KeycloakCaller.StartAsync();

        var endpoints = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/.keycloak", StringComparison.Ordinal)).ToArray();

        Assert.Equal(4, endpoints.Length);
        Assert.All(endpoints, endpoint => Assert.True(endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()!.ExcludeFromDescription));
    }

    [Fact]
    public async Task Login_clients_without_endpoints_are_warned_of()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.LoginClients.Add("storefront"));
        Assert.Contains("MapKeycloakEndpoints()", app.Realm.Log.Text("LoginClientsUnused"), StringComparison.Ordinal);

        await using var mapped = await KeycloakCaller.StartAsync();
        Assert.Equal(0, mapped.Realm.Log.Count("LoginClientsUnused"));
    }

    [Fact]
    public void Without_a_scheme_mapping_says_what_is_missing()
    {
        var builder = WebApplication.CreateSlimBuilder();
        using var app = (IDisposable)builder.Build();

        var failure = Assert.Throws<InvalidOperationException>(() => ((IEndpointRouteBuilder)app).MapKeycloakEndpoints());

        Assert.Contains("AddKeycloakBearer()", failure.Message, StringComparison.Ordinal);
    }
}
