using Storefront.Login;

namespace Storefront;

/// <summary>Security headers of every response.</summary>
internal static class SecurityHeaders
{
    /// <summary>Adds the security headers to every response.</summary>
    public static void UseSecurityHeaders(this WebApplication app)
    {
        var keycloak = app.Services.GetRequiredService<KeycloakDiscovery>().Endpoints;

        // Browsers apply form-action also to redirects: the log-in form and the log-out form are redirected to Keycloak.
        Uri[] addresses = [keycloak.Authorization, keycloak.EndSession];
        var forms = string.Join(' ', addresses.Select(address => address.GetLeftPart(UriPartial.Authority)).Distinct());
        var policy = $"default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {forms}";

        app.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                var headers = context.Response.Headers;
                headers.ContentSecurityPolicy = policy;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";    // the antiforgery service sets SAMEORIGIN
                headers["Referrer-Policy"] = "strict-origin";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
                if (context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) != false)
                {
                    // Pages show tokens and the user's data: the browser must not store them.
                    headers.CacheControl = "no-store";
                }

                return Task.CompletedTask;
            });
            return next(context);
        });
    }
}
