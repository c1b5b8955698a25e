using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Tokens;

namespace Storefront.Pages;

/// <summary>The home page, with the log-in form.</summary>
internal sealed class IndexModel : PageModel
{
    /// <summary>Gets the user's tokens; null if no user is logged in.</summary>
    public SessionTokens? Tokens { get; private set; }

    /// <summary>Shows the page.</summary>
    public async Task OnGetAsync() => Tokens = await TokenSession.ReadAsync(HttpContext);
}
