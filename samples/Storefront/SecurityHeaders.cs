using Storefront.Login;

namespace Storefront;

/// <summary>What every answer tells the browser to keep to.</summary>
internal static class SecurityHeaders
{
    /// <summary>Adds the headers to every answer.</summary>
    public static void UseSecurityHeaders(this WebApplication app)
    {
        var keycloak = app.Services.GetRequiredService<KeycloakDiscovery>().Endpoints;

        // Browsers hold form-action against redirects as well: the log-in form ends at Keycloak, and so does the log-out form.
        var forms = string.Join(' ', new[] { keycloak.Authorization, keycloak.EndSession }.Select(address => address.GetLeftPart(UriPartial.Authority)).Distinct());
        var policy = $"default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {forms}";

        app.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                var headers = context.Response.Headers;
                headers.ContentSecurityPolicy = policy;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";    // antiforgery's own says SAMEORIGIN
                headers["Referrer-Policy"] = "strict-origin";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
                if (context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) != false)
                {
                    // Pages show what belongs to the user, and tokens: neither the disk nor the back button keeps them.
                    headers.CacheControl = "no-store";
                }

                return Task.CompletedTask;
            });
            return next(context);
        });
    }
}
