using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Storefront.Login;

namespace Storefront.StepUp;

/// <summary>
/// An order that waits for a stronger log-in. It is stored only in the user's session on the server, not in a URL or a cookie, and ends
/// with the session. A session has at most one.
/// </summary>
/// <param name="Item">The item, with at most 100 characters.</param>
/// <param name="Quantity">The quantity.</param>
/// <param name="LoggedIn">Whether the user has completed the log-in for this order. The next challenge is then an error.</param>
internal sealed record WaitingOrder(string Item, int Quantity, bool LoggedIn = false)
{
    /// <summary>The largest quantity that the orders API accepts without a stronger log-in.</summary>
    public const int MostOfAnyLogin = 20;

    private const string Key = ".storefront.waiting-order";

    /// <summary>Reads the order from the user's session; null if none waits.</summary>
    public static async Task<WaitingOrder?> ReadAsync(HttpContext context) => Read((await AuthenticateAsync(context)).Properties);

    /// <summary>Stores the order in the user's session, in place of one that waits already.</summary>
    public Task StoreAsync(HttpContext context) => WriteAsync(context, JsonSerializer.Serialize(this));

    /// <summary>Removes the order from the user's session.</summary>
    public static Task RemoveAsync(HttpContext context) => WriteAsync(context, null);

    /// <summary>Takes the order from the session before the log-in to the session after it, for the same user.</summary>
    /// <remarks>Another user may have logged in: the order of the first user must not become the order of the second.</remarks>
    public static void CarryOver(CookieSigningInContext signIn)
    {
        if (MemoryTicketStore.PreviousOf(signIn.HttpContext) is { } before
            && KeycloakLogin.WasStepUp(signIn.Properties)
            && Read(before.Properties) is { } order
            && SubjectOf(before.Principal) is { } subject
            && subject == SubjectOf(signIn.Principal))
        {
            signIn.Properties.SetString(Key, JsonSerializer.Serialize(order with { LoggedIn = true }));
        }
    }

    private static WaitingOrder? Read(AuthenticationProperties? properties) =>
        properties?.GetString(Key) is { } order ? JsonSerializer.Deserialize<WaitingOrder>(order) : null;

    private static async Task WriteAsync(HttpContext context, string? order)
    {
        var session = await AuthenticateAsync(context);
        if (session.Properties is { } properties && properties.GetString(Key) != order)
        {
            properties.SetString(Key, order);
            await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, session.Principal!, properties);
        }
    }

    private static string? SubjectOf(ClaimsPrincipal? user) => user?.FindFirstValue(ClaimTypes.NameIdentifier);

    private static Task<AuthenticateResult> AuthenticateAsync(HttpContext context) =>
        context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
}
