using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Notifications;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints to which Keycloak sends notifications.</summary>
public static class KeycloakEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the endpoints at which Keycloak reports logouts and tokens that must no longer be accepted:
    /// <c>/.keycloak/backchannel-logout</c>, <c>/.keycloak/k_push_not_before</c>, <c>/.keycloak/k_logout</c> and
    /// <c>/.keycloak/k_test_available</c>. They serve all schemes.
    /// </summary>
    /// <remarks>
    /// They are anonymous by design: notifications are authenticated by the realm's signature alone. They are excluded from OpenAPI
    /// documents. In Keycloak, the URLs belong to the <em>login</em> client: see <see href="docs/revocation.md">docs/revocation.md</see>.
    /// </remarks>
    /// <param name="endpoints">The application.</param>
    /// <param name="configure">Changes the paths. Null: the default paths.</param>
    /// <returns>A builder for conventions of these endpoints, such as <c>RequireHost</c> or rate limits.</returns>
    /// <exception cref="OptionsValidationException">
    /// No scheme names its login clients, or both paths are null. The message contains the remedy.
    /// </exception>
    /// <exception cref="InvalidOperationException"><c>AddKeycloakBearer()</c> was not called.</exception>
    public static IEndpointConventionBuilder MapKeycloakEndpoints(
        this IEndpointRouteBuilder endpoints, Action<KeycloakEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var schemes = endpoints.ServiceProvider.GetService<NotificationSchemes>()
            ?? throw new InvalidOperationException(
                "MapKeycloakEndpoints() requires a scheme: call builder.Services.AddKeycloakBearer() before builder.Build().");
        var options = new KeycloakEndpointOptions();
        configure?.Invoke(options);
        Check(options, schemes);

        var notifications = endpoints.ServiceProvider.GetRequiredService<NotificationEndpoints>();
        var group = endpoints.MapGroup(string.Empty);
        if (options.BackchannelLogout is { } logout)
        {
            group.MapPost(logout, notifications.LogoutAsync).WithDisplayName("Keycloak back-channel logout");
        }

        if (options.AdminUrl is { } admin)
        {
            (string Name, string Action)[] pushes =
            [
                ("k_push_not_before", "PUSH_NOT_BEFORE"),
                ("k_logout", "LOGOUT"),
                ("k_test_available", "TEST_AVAILABLE"),
            ];
            foreach (var (name, action) in pushes)
            {
                group.MapPost($"{admin.TrimEnd('/')}/{name}", notifications.Push(name, action)).WithDisplayName($"Keycloak {name}");
            }
        }

        schemes.AreMapped = true;
        return group.AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
    }

    private static void Check(KeycloakEndpointOptions options, NotificationSchemes schemes)
    {
        if (options.BackchannelLogout is null && options.AdminUrl is null)
        {
            throw Invalid(
                "MapKeycloakEndpoints() has nothing to map: BackchannelLogout and AdminUrl are both null. Remove the call, or set one of "
                + "them.");
        }

        if (options.BackchannelLogout is not null && !schemes.All.Any(scheme => scheme.HasLoginClients))
        {
            throw Invalid(
                "MapKeycloakEndpoints() maps the endpoint for logouts, but LoginClients is empty. Set LoginClients to the clients in which "
                + "users log in and whose tokens are sent to this API (in the section 'Keycloak': \"LoginClients\": [\"storefront\"]): "
                + "Keycloak sends logouts to those, never to this API's own client. If this API uses only pushes to its admin URL, set "
                + "options.BackchannelLogout = null.");
        }
    }

    private static OptionsValidationException Invalid(string problem) =>
        new(nameof(KeycloakEndpointOptions), typeof(KeycloakEndpointOptions), [problem]);
}
