using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Claims.Foreign;

/// <summary>The claims transformation for applications that use another authentication handler, such as JwtBearer.</summary>
/// <remarks>
/// ASP.NET Core uses only one transformation. A transformation that the application registered before ours runs after ours, so it sees the
/// roles and can change them.
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
