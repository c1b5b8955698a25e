using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Storefront.Pages;

/// <summary>Where Keycloak sends the browser after a log-out.</summary>
internal sealed class LoggedOutModel : PageModel
{
    /// <summary>Gets a value indicating whether this is the end of a log-out that was begun in this browser.</summary>
    public bool AtKeycloak { get; private set; }

    /// <summary>Compares the state with the one that was sent.</summary>
    public void OnGet([FromQuery] string? state)
    {
        AtKeycloak = state is not null && Request.Cookies[LogoutModel.StateCookie] is { } sent
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), Encoding.UTF8.GetBytes(sent));
        Response.Cookies.Delete(LogoutModel.StateCookie, new CookieOptions { Path = "/logged-out" });
    }
}
