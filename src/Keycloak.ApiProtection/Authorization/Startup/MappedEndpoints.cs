using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Authorization.Startup;

/// <summary>Lets a startup filter check all endpoints of the application.</summary>
internal static class MappedEndpoints
{
    /// <summary>Runs a check after the application has mapped its endpoints. Without routing, there are none.</summary>
    /// <param name="next">The rest of the pipeline, which maps the endpoints.</param>
    /// <param name="check">The check of the endpoints. The policies are those of a scope that ends with it.</param>
    public static Action<IApplicationBuilder> Check(
        Action<IApplicationBuilder> next, Action<IReadOnlyList<Endpoint>, IAuthorizationPolicyProvider> check) => app =>
        {
            next(app);
            if (app.ApplicationServices.GetService<EndpointDataSource>() is { } endpoints)
            {
                using var scope = app.ApplicationServices.CreateScope();
                check(endpoints.Endpoints, scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>());
            }
        };

    /// <summary>Returns the name of an endpoint for the list of problems.</summary>
    public static string NameOf(Endpoint endpoint) => endpoint.DisplayName ?? endpoint.ToString()!;
}
