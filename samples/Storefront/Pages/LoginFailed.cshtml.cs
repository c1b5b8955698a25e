using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Login;

namespace Storefront.Pages;

/// <summary>The page that is shown after a failed log-in.</summary>
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

    /// <summary>Gets what it means, and what the user can do.</summary>
    public IReadOnlyList<string> Text => Reason switch
    {
        LoginFailure.Rejected =>
        [
            "Keycloak reported that access was denied (access_denied) and issued no token. The Storefront has not read any of your data.",
            "If you were logged in here before, you still are. You can log in with fewer permissions.",
        ],
        LoginFailure.Interrupted =>
        [
            "Keycloak's response does not belong to a log-in that was started in this browser, or it came too late: "
                + "for example after the back button, or after a long pause.",
        ],
        _ => ["The Storefront could not complete the log-in at Keycloak. You did nothing wrong; the Storefront's log has the reason."],
    };

    /// <summary>Shows the page. An unknown reason is treated as <see cref="LoginFailure.Failed"/>.</summary>
    public void OnGet() => Reason = Reason is LoginFailure.Rejected or LoginFailure.Interrupted ? Reason : LoginFailure.Failed;
}
