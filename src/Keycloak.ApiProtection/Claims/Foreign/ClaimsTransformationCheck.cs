using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Claims.Foreign;

/// <summary>
/// Logs a warning at startup if a transformation that was registered later has replaced ours. Otherwise roles would be missing without a
/// message.
/// </summary>
/// <remarks>It is a warning and not an error, because the later transformation may call ours.</remarks>
internal sealed class ClaimsTransformationCheck(ILogger<KeycloakClaimsTransformation> logger) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        using var scope = app.ApplicationServices.CreateScope();
        var transformation = scope.ServiceProvider.GetService<IClaimsTransformation>();
        if (transformation is not (null or KeycloakClaimsTransformation))
        {
            logger.ClaimsTransformationDisplaced(transformation.GetType().ToString());
        }
    };
}
