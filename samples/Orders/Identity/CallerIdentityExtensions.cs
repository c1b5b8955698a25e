using Microsoft.AspNetCore.Authentication;

namespace Orders.Identity;

/// <summary>Selects the source of the caller's identity with the setting <c>Identity</c>.</summary>
internal static class CallerIdentityExtensions
{
    /// <summary>Adds the selected authentication. Policies such as <c>scope:email</c> work with both.</summary>
    /// <exception cref="InvalidOperationException">The setting is missing or has an unknown value.</exception>
    public static CallerIdentity AddCallerIdentity(this WebApplicationBuilder builder)
    {
        var setting = builder.Configuration["Identity"];
        if (!Enum.TryParse<CallerIdentity>(setting, ignoreCase: true, out var identity) || !Enum.IsDefined(identity))
        {
            throw new InvalidOperationException(
                $"The setting Identity is \"{setting}\". "
                + "Set it to Token (this API verifies tokens) or to Gateway (a gateway verifies them).");
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
