using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;
using Storefront.StepUp;

namespace Storefront.Login;

/// <summary>Configures the session cookie.</summary>
internal sealed class SessionCookie(MemoryTicketStore store) : IConfigureNamedOptions<CookieAuthenticationOptions>
{
    /// <inheritdoc />
    public void Configure(CookieAuthenticationOptions options) => Configure(CookieAuthenticationDefaults.AuthenticationScheme, options);

    /// <inheritdoc />
    public void Configure(string? name, CookieAuthenticationOptions options)
    {
        // "__Host-storefront" would be the better name: browsers then require Secure, Path=/ and no Domain. But they accept such a cookie
        // over https only, and the sample runs over http on this machine. With https, change the name and set SecurePolicy to Always.
        options.Cookie.Name = "storefront";
        options.Cookie.HttpOnly = true;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.Cookie.SameSite = SameSiteMode.Lax;    // with Strict, the browser would not send the cookie on the redirect from Keycloak
        options.SessionStore = store;
        options.ExpireTimeSpan = TimeSpan.FromHours(8);
        options.SlidingExpiration = true;
        options.LoginPath = "/login";
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnSigningIn = signIn =>
        {
            WaitingOrder.CarryOver(signIn);
            return Task.CompletedTask;
        };
    }
}
