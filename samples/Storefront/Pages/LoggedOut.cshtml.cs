using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Storefront.Pages;

/// <summary>The page to which Keycloak redirects the browser after a log-out.</summary>
internal sealed class LoggedOutModel : PageModel
{
    /// <summary>Gets a value indicating whether the log-out was started in this browser.</summary>
    public bool AtKeycloak { get; private set; }

    /// <summary>Compares the state with the one that was sent.</summary>
    public void OnGet([FromQuery] string? state)
    {
        AtKeycloak = state is not null && Request.Cookies[LogoutModel.StateCookie] is { } sent
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), Encoding.UTF8.GetBytes(sent));
        Response.Cookies.Delete(LogoutModel.StateCookie, new CookieOptions { Path = "/logged-out" });
    }
}
