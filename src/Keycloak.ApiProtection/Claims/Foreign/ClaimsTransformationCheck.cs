using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Claims.Foreign;

/// <summary>Says at start when a transformation registered later has displaced ours: else roles would be missing without a word.</summary>
/// <remarks>A warning and no refusal, because the later one may well call ours.</remarks>
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
