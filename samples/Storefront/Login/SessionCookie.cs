using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

namespace Storefront.Login;

/// <summary>The cookie that says who the browser belongs to.</summary>
internal sealed class SessionCookie(MemoryTicketStore store) : IConfigureNamedOptions<CookieAuthenticationOptions>
{
    /// <inheritdoc />
    public void Configure(CookieAuthenticationOptions options) => Configure(CookieAuthenticationDefaults.AuthenticationScheme, options);

    /// <inheritdoc />
    public void Configure(string? name, CookieAuthenticationOptions options)
    {
        // "__Host-storefront" would be the better name: browsers then insist on Secure, Path=/ and no Domain. But they take such a cookie over https
        // only, and the sample runs over http on this machine. Behind https, change the name and set SecurePolicy to Always.
        options.Cookie.Name = "storefront";
        options.Cookie.HttpOnly = true;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.Cookie.SameSite = SameSiteMode.Lax;    // Strict would lose the user on the way back from Keycloak
        options.SessionStore = store;
        options.ExpireTimeSpan = TimeSpan.FromHours(8);
        options.SlidingExpiration = true;
        options.LoginPath = "/login";
        options.ReturnUrlParameter = "returnUrl";
    }
}
