using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Storefront.Pages;

/// <summary>The page that is shown if another page failed.</summary>
[IgnoreAntiforgeryToken]
internal sealed class ErrorModel : PageModel
{
    /// <summary>Gets what happened.</summary>
    public string Heading { get; private set; } = "Something went wrong";

    /// <summary>Gets what the user can do.</summary>
    public string Text { get; private set; } = "The Storefront could not do this. Its log has the reason.";

    /// <summary>Shows the page for a failed GET.</summary>
    public void OnGet([FromQuery] int? status) => Show(status);

    /// <summary>Shows the page for a failed POST of a form.</summary>
    public void OnPost([FromQuery] int? status) => Show(status);

    private void Show(int? status) => (Heading, Text) = status switch
    {
        404 => ("There is no such page", "The address is wrong or outdated."),
        400 => (
            "This form is too old",
            "The page was open for too long, or you logged in or out in another window. Go back to the page, reload it, and try again."),
        _ => (Heading, Text),
    };
}
