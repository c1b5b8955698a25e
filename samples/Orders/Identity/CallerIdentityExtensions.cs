using Microsoft.AspNetCore.Authentication;

namespace Orders.Identity;

/// <summary>Chooses by the setting <c>Identity</c> whom the API believes.</summary>
internal static class CallerIdentityExtensions
{
    /// <summary>Adds the authentication that the setting names; policies such as <c>scope:email</c> are the same for both.</summary>
    /// <exception cref="InvalidOperationException">The setting names none.</exception>
    public static CallerIdentity AddCallerIdentity(this WebApplicationBuilder builder)
    {
        var setting = builder.Configuration["Identity"];
        if (!Enum.TryParse<CallerIdentity>(setting, ignoreCase: true, out var identity) || !Enum.IsDefined(identity))
        {
            throw new InvalidOperationException($"The setting Identity is \"{setting}\": set it to Token (this API checks tokens itself) or to Gateway (a gateway before it does).");
        }

        if (identity == CallerIdentity.Token)
        {
            builder.Services.AddKeycloakBearer();
            return identity;
        }

        builder.Services.AddAuthentication(GatewayIdentityHandler.Scheme)
            .AddScheme<AuthenticationSchemeOptions, GatewayIdentityHandler>(GatewayIdentityHandler.Scheme, null);
        builder.Services.AddKeycloakPolicies();
        builder.Services.AddTransient<IStartupFilter, LoopbackOnly>();
        return identity;
    }
}
