using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Login;

namespace Storefront.Pages;

/// <summary>Where a log-in ends that brought no user.</summary>
internal sealed class LoginFailedModel : PageModel
{
    /// <summary>Gets or sets the reason, one of <see cref="LoginFailure"/>.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Reason { get; set; }

    /// <summary>Gets what happened.</summary>
    public string Heading => Reason switch
    {
        LoginFailure.Rejected => "You did not give your consent",
        LoginFailure.Interrupted => "The log-in was interrupted",
        _ => "The log-in failed",
    };

    /// <summary>Gets what it means, and what can be done.</summary>
    public IReadOnlyList<string> Text => Reason switch
    {
        LoginFailure.Rejected =>
        [
            "Keycloak told the Storefront that access was denied (access_denied), and gave it no token. Nothing of yours was read.",
            "If you were logged in here before, you still are. You can log in with fewer permissions, or leave it at that.",
        ],
        LoginFailure.Interrupted =>
            ["The answer from Keycloak belongs to no log-in that was begun in this browser, or it came too late: after the back button, for example, or after a long pause."],
        _ => ["Keycloak and the Storefront did not come to terms. That is no fault of yours; the Storefront's log says what went wrong."],
    };

    /// <summary>Shows the page; an unknown reason is none.</summary>
    public void OnGet() => Reason = Reason is LoginFailure.Rejected or LoginFailure.Interrupted ? Reason : LoginFailure.Failed;
}
