using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Storefront.Pages;

/// <summary>What the user sees when this application could not serve a page.</summary>
[IgnoreAntiforgeryToken]
internal sealed class ErrorModel : PageModel
{
    /// <summary>Gets what happened.</summary>
    public string Heading { get; private set; } = "Something went wrong";

    /// <summary>Gets what can be done.</summary>
    public string Text { get; private set; } = "The Storefront could not do this. Its log says why.";

    /// <summary>Shows the page, also in place of the answer to a form.</summary>
    public void OnGet([FromQuery] int? status) => Show(status);

    /// <summary>Shows the page in place of the answer to a form.</summary>
    public void OnPost([FromQuery] int? status) => Show(status);

    private void Show(int? status) => (Heading, Text) = status switch
    {
        404 => ("There is no such page", "The address is wrong, or old."),
        400 => ("This form is too old", "The page was open for too long, or in another window while you logged in or out. Go back to it, load it anew, and try again."),
        _ => (Heading, Text),
    };
}
