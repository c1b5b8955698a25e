using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Login;

namespace Storefront.Pages;

/// <summary>The log-in page, which sends the browser to Keycloak.</summary>
internal sealed class LoginModel : PageModel
{
    /// <summary>Gets or sets the page of this application that the user requested.</summary>
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    /// <summary>Starts the log-in. The browser returns to a page of this application; by default to the orders page.</summary>
    public IActionResult OnPost([FromForm] LoginChoices choices) =>
        Challenge(KeycloakLogin.Begin(choices, Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/orders"), KeycloakLogin.Scheme);
}
