using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Claims.Foreign;

/// <summary>The claims half of this library for applications that keep another handler, JwtBearer for example.</summary>
/// <remarks>
/// ASP.NET Core uses one transformation. The one that the application registered before ours runs after ours: it sees the roles, and has the last word.
/// </remarks>
internal sealed class KeycloakClaimsTransformation(
    IOptions<KeycloakClaimsOptions> options,
    [FromKeyedServices(ServiceDecoration.InnerKey)] IClaimsTransformation? inner = null) : IClaimsTransformation
{
    public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
    {
        var shaped = KeycloakShape.Apply(principal, options.Value);
        return inner is null ? Task.FromResult(shaped) : inner.TransformAsync(shaped);
    }
}
