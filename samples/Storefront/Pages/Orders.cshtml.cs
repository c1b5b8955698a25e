using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Apis;
using Storefront.Login;
using Storefront.StepUp;
using Storefront.Tokens;

namespace Storefront.Pages;

/// <summary>The user's e-mail address and orders, read on one of the ways or on all of them side by side.</summary>
internal sealed class OrdersModel(TokenSession session, OrdersApi api) : PageModel
{
    private const string Placed = "placed";

    /// <summary>Gets or sets the key of the way; any other value: all ways.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Way { get; set; }

    /// <summary>Gets or sets the order whose shipment is requested; null: none.</summary>
    [BindProperty(SupportsGet = true)]
    [StringLength(100)]
    public string? Shipment { get; set; }

    /// <summary>Gets or sets a value indicating whether the orders API forwards the user's own token to the shipping API.</summary>
    [BindProperty(SupportsGet = true)]
    public bool PassedOn { get; set; }

    /// <summary>Gets the user's tokens.</summary>
    public SessionTokens? Tokens { get; private set; }

    /// <summary>Gets why there is no fresh access token; null if there is one.</summary>
    public TokenAnswer? Trouble { get; private set; }

    /// <summary>Gets the ways that were used.</summary>
    public IReadOnlyList<ApiWay> Ways { get; private set; } = [];

    /// <summary>Gets the responses with the e-mail address, one for each way.</summary>
    public IReadOnlyList<ApiAnswer> Emails { get; private set; } = [];

    /// <summary>Gets the responses with the orders, one for each way.</summary>
    public IReadOnlyList<ApiAnswer> Orders { get; private set; } = [];

    /// <summary>Gets the responses with the shipment, one for each way.</summary>
    public IReadOnlyList<ApiAnswer> Shipments { get; private set; } = [];

    /// <summary>Gets a value indicating whether the orders API called the shipping API on one of the ways.</summary>
    public bool AskedShipping => Shipments.Any(shipment => shipment.Status != StatusCodes.Status501NotImplemented);

    /// <summary>Gets a value indicating whether the orders API has no token for the call on one of the ways: it returns 501.</summary>
    public bool ShippingOutOfReach => Shipments.Any(shipment => shipment.Status == StatusCodes.Status501NotImplemented);

    /// <summary>Gets the response to the order that was just placed; null if there was none.</summary>
    public ApiAnswer? Order { get; private set; }

    /// <summary>Gets the large order that waits for a log-in or for the user's confirmation; null if none waits.</summary>
    public WaitingOrder? Waiting { get; private set; }

    /// <summary>Gets what was wrong with the order form; null if nothing was wrong.</summary>
    public string? FormError { get; private set; }

    /// <summary>Reads e-mail address and orders.</summary>
    public async Task<IActionResult> OnGetAsync()
    {
        if (TempData[Placed] is string placed)
        {
            Order = JsonSerializer.Deserialize<ApiAnswer>(placed);
        }

        return await ShowAsync();
    }

    /// <summary>Places an order and then redirects to the page, so that a reload does not place a second order.</summary>
    public async Task<IActionResult> OnPostAsync([FromForm] string? item, [FromForm] string? quantity)
    {
        if (string.IsNullOrWhiteSpace(item) || item.Length > 100 || !int.TryParse(quantity, out var number) || number is < 1 or > 99)
        {
            FormError = "Enter an item with at most 100 characters, and a quantity from 1 to 99.";
            return await ShowAsync();
        }

        var way = ApiWays.Parse(Way) ?? ApiWay.Direct;
        if (number > WaitingOrder.MostOfAnyLogin && way != ApiWay.Direct)
        {
            FormError = $"More than {WaitingOrder.MostOfAnyLogin} pieces can be ordered on the direct way only. On the other ways, the "
                + "orders API gets no token, so it does not know how strong your log-in is.";
            return await ShowAsync();
        }

        var fresh = await session.FreshAsync(HttpContext);
        if (fresh.Tokens is null)
        {
            return Challenge();
        }

        if (number > WaitingOrder.MostOfAnyLogin)
        {
            return await PlaceLargeAsync(new WaitingOrder(item.Trim(), number), fresh.Tokens);
        }

        var answer = await api.PlaceAsync(way, fresh.Tokens.AccessToken, item.Trim(), number, HttpContext.RequestAborted);
        return ShowResult(answer);
    }

    /// <summary>Places the large order that waits, after the user has confirmed it, or asks for the log-in again.</summary>
    public async Task<IActionResult> OnPostConfirmAsync()
    {
        var fresh = await session.FreshAsync(HttpContext);
        if (fresh.Tokens is null)
        {
            return Challenge();
        }

        return await WaitingOrder.ReadAsync(HttpContext) is { } order
            ? await PlaceLargeAsync(order, fresh.Tokens)
            : RedirectToPage();
    }

    /// <summary>Discards the large order that waits.</summary>
    public async Task<IActionResult> OnPostDiscardAsync()
    {
        await WaitingOrder.RemoveAsync(HttpContext);
        return RedirectToPage();
    }

    /// <summary>
    /// Places a large order. If the API asks for a stronger log-in, the order waits in the session while the user logs in. A second
    /// challenge after that log-in is an error: another log-in could bring the same result, again and again.
    /// </summary>
    private async Task<IActionResult> PlaceLargeAsync(WaitingOrder order, SessionTokens tokens)
    {
        var answer = await api.PlaceLargeAsync(tokens.AccessToken, order.Item, order.Quantity, HttpContext.RequestAborted);
        if (!order.LoggedIn && StepUpChallenge.Of(answer) is { } challenge)
        {
            await order.StoreAsync(HttpContext);
            return Challenge(KeycloakLogin.Begin(challenge, tokens, "/orders?way=direct"), KeycloakLogin.Scheme);
        }

        await WaitingOrder.RemoveAsync(HttpContext);
        Way = ApiWay.Direct.Key();
        return ShowResult(answer);
    }

    private RedirectToPageResult ShowResult(ApiAnswer answer)
    {
        var body = answer.Body.Length > 500 ? answer.Body[..500] + "…" : answer.Body;
        TempData[Placed] = JsonSerializer.Serialize(answer with { Body = body });
        return RedirectToPage(null, null, new { way = Way });
    }

    private async Task<IActionResult> ShowAsync()
    {
        var fresh = await session.FreshAsync(HttpContext);
        if (fresh.Tokens is null)
        {
            return Challenge();
        }

        Tokens = fresh.Tokens;
        Waiting = await WaitingOrder.ReadAsync(HttpContext);
        Trouble = fresh.Error is null ? null : fresh;
        Ways = ApiWays.Parse(Way) is { } one ? [one] : ApiWays.All;
        var (token, aborted) = (Tokens.AccessToken, HttpContext.RequestAborted);
        var emails = Task.WhenAll(Ways.Select(way => api.EmailAsync(way, token, aborted)));
        var orders = Task.WhenAll(Ways.Select(way => api.OrdersAsync(way, token, aborted)));
        var shipments = Shipment is { Length: > 0 } order && ModelState.IsValid
            ? Task.WhenAll(Ways.Select(way => api.ShipmentAsync(way, token, order, PassedOn, aborted)))
            : Task.FromResult<ApiAnswer[]>([]);
        (Emails, Orders, Shipments) = (await emails, await orders, await shipments);
        return Page();
    }
}
