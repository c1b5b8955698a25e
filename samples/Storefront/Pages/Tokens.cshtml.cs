using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Apis;
using Storefront.Tokens;

namespace Storefront.Pages;

/// <summary>The kinds of tokens side by side, and how the API responds to each.</summary>
internal sealed class TokensModel(TokenSession session, OrdersApi api, TimeProvider time) : PageModel
{
    private const string NoticeKey = "notice";
    private const string WarningKey = "warning";

    /// <summary>Gets the user's tokens.</summary>
    public SessionTokens? Tokens { get; private set; }

    /// <summary>Gets the tokens that the page shows.</summary>
    public IReadOnlyList<Exhibit> Exhibits { get; private set; } = [];

    /// <summary>Gets the responses to the kinds that were sent.</summary>
    public IReadOnlyDictionary<TokenKind, IReadOnlyList<ApiAnswer>> Answers { get; private set; } =
        new Dictionary<TokenKind, IReadOnlyList<ApiAnswer>>();

    /// <summary>Gets the result of the last button; null if there is none.</summary>
    public string? Notice { get; private set; }

    /// <summary>Gets the error of the last button; null if there is none.</summary>
    public string? Warning { get; private set; }

    /// <summary>Gets the remaining lifetime of the access token.</summary>
    public TimeSpan Left => Tokens!.ExpiresAt - time.GetUtcNow();

    /// <summary>Shows the tokens without a refresh: an expired token stays expired until the user presses the button.</summary>
    public Task<IActionResult> OnGetAsync() => ShowAsync();

    /// <summary>Gets new tokens.</summary>
    public async Task<IActionResult> OnPostRefreshAsync()
    {
        var answer = await session.RefreshAsync(HttpContext);
        SetMessage(answer, "There is a new access token. The previous one is valid until it expires: a refresh does not revoke it.");
        return RedirectToPage();
    }

    /// <summary>Revokes the tokens at Keycloak.</summary>
    public async Task<IActionResult> OnPostDisconnectAsync()
    {
        var answer = await session.DisconnectAsync(HttpContext);
        SetMessage(
            answer,
            "Keycloak has revoked the tokens of this log-in. The Storefront keeps them for now, to show which ways still accept the "
                + "access token: press “Send” below.");
        return RedirectToPage();
    }

    /// <summary>Sends one kind of token, or each of them, to the API as a bearer token.</summary>
    public async Task<IActionResult> OnPostSendAsync([FromForm] string? kind)
    {
        if (await TokenSession.ReadAsync(HttpContext) is not { } tokens)
        {
            return Challenge();
        }

        var only = TokenKinds.Parse(kind);
        var sent = Exhibit.Of(tokens).Where(exhibit => exhibit.Token is not null && (only is null || exhibit.Kind == only));
        var answers = new Dictionary<TokenKind, IReadOnlyList<ApiAnswer>>();
        foreach (var exhibit in sent)
        {
            answers[exhibit.Kind] =
                await Task.WhenAll(ApiWays.All.Select(way => api.EmailAsync(way, exhibit.Token!, HttpContext.RequestAborted)));
        }

        Answers = answers;
        return await ShowAsync();
    }

    private async Task<IActionResult> ShowAsync()
    {
        if (await TokenSession.ReadAsync(HttpContext) is not { } tokens)
        {
            return Challenge();
        }

        Tokens = tokens;
        Exhibits = Exhibit.Of(tokens);
        Notice = TempData[NoticeKey] as string;
        Warning = TempData[WarningKey] as string;
        return Page();
    }

    private void SetMessage(TokenAnswer answer, string success)
    {
        TempData[answer.Error is null ? NoticeKey : WarningKey] = answer.Error is null
            ? success
            : answer.SessionEnded ? $"{answer.Error} The session at Keycloak has ended, or consent was withdrawn: log in again."
            : answer.Error;
    }
}
