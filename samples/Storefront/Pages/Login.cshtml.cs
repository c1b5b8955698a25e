using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Login;

namespace Storefront.Pages;

/// <summary>Sends the browser to Keycloak.</summary>
internal sealed class LoginModel : PageModel
{
    /// <summary>Gets or sets the page of this application that the user wanted.</summary>
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    /// <summary>Begins the log-in. The address to return to is one of this application, or the orders page.</summary>
    public IActionResult OnPost([FromForm] LoginChoices choices) =>
        Challenge(KeycloakLogin.Begin(choices, Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/orders"), KeycloakLogin.Scheme);
}
