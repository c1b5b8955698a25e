using System.Globalization;
using Microsoft.Playwright;

namespace Keycloak.ApiProtection.BrowserTests.Browsing;

/// <summary>A visit to the Storefront in a browser context that is isolated from other tests.</summary>
public sealed class StorefrontVisit(IBrowserContext context, IPage page, Uri storefront) : IAsyncDisposable
{
    public IPage Page => page;

    /// <summary>Selects the permissions to request, and logs in on Keycloak's pages up to the consent page.</summary>
    public async Task LogInAsync(string user, Consent consent = Consent.ReadOrders)
    {
        await ChooseAsync(consent);

        // If organizations are enabled, Keycloak asks for the user name and for the password on separate pages.
        await page.Locator("#username").FillAsync(user);
        if (await page.Locator("#password").CountAsync() == 0)
        {
            await page.Locator("#kc-login").ClickAsync();
        }

        await page.Locator("#password").FillAsync(user);
        await page.Locator("#kc-login").ClickAsync();
        await page.Locator("button[name=accept], input[name=accept], [data-testid=email-answer]").First.WaitForAsync();
    }

    /// <summary>Accepts or denies on Keycloak's consent page.</summary>
    public async Task AnswerConsentAsync(bool yes)
    {
        var button = page.Locator(yes ? "[name=accept]" : "[name=cancel]");
        if (await button.CountAsync() > 0)
        {
            await button.ClickAsync();
        }

        await page.Locator(yes ? "[data-testid=email-answer]" : "[data-testid=login-failed]").First.WaitForAsync();
    }

    /// <summary>Logs in again to request more permissions. Because of its session, Keycloak only asks for consent.</summary>
    public async Task ConsentToMoreAsync(Consent consent)
    {
        await ChooseAsync(consent);
        await page.Locator("[name=accept], [data-testid=email-answer]").First.WaitForAsync();
        await AnswerConsentAsync(yes: true);
    }

    /// <summary>Logs in, consents, and reads the access token that the Storefront received.</summary>
    public async Task<string> LogInAndConsentAsync(string user, Consent consent = Consent.ReadOrders)
    {
        await LogInAsync(user, consent);
        await AnswerConsentAsync(yes: true);
        return await AccessTokenAsync();
    }

    /// <summary>Reads the complete access token, which the Storefront shows in Development.</summary>
    public async Task<string> AccessTokenAsync()
    {
        await OpenAsync("tokens");
        return (await page.GetByTestId("whole-access").TextContentAsync())!.Trim();
    }

    /// <summary>Fills in the order form and sends it.</summary>
    public async Task OrderAsync(string item, int quantity, string way = "direct")
    {
        await OpenAsync($"orders?way={way}");
        await page.GetByTestId("item").FillAsync(item);
        await page.GetByTestId("quantity").FillAsync(quantity.ToString(CultureInfo.InvariantCulture));
        await page.Locator("#way").SelectOptionAsync(way);
        await page.GetByTestId("place-order").ClickAsync();
    }

    /// <summary>Orders, and waits for Keycloak's page that asks for the second level.</summary>
    /// <returns>The authorization request.</returns>
    public async Task<string> OrderUntilKeycloakAsync(string item, int quantity)
    {
        var request = await page.RunAndWaitForRequestAsync(
            () => OrderAsync(item, quantity), one => one.Url.Contains("/protocol/openid-connect/auth?", StringComparison.Ordinal));
        await SecondLevelAsync();
        return request.Url;
    }

    /// <summary>Waits for Keycloak's page that asks a known user for the password again.</summary>
    public Task SecondLevelAsync() => page.Locator("#kc-attempted-username").WaitForAsync();

    /// <summary>Enters a password on Keycloak's page.</summary>
    public async Task EnterPasswordAsync(string password)
    {
        await page.Locator("#password").FillAsync(password);
        await page.Locator("#kc-login").ClickAsync();
    }

    /// <summary>Reads the status of the API's response to the order that was sent.</summary>
    public async Task<string?> PlacedStatusAsync() =>
        await page.GetByTestId("placed").GetByTestId("answer").GetAttributeAsync("data-status");

    /// <summary>Opens the orders page, and looks for an order on the direct way.</summary>
    public async Task<bool> HasOrderedAsync(string item)
    {
        await OpenAsync("orders?way=direct");
        var items = await page.GetByTestId("direct").Locator("tr[data-order] th").AllTextContentsAsync();
        Assert.NotEmpty(items);
        return items.Contains(item);
    }

    /// <summary>Deletes Keycloak's cookies, as a user does who starts to work at another user's browser.</summary>
    public Task ForgetKeycloaksSessionAsync() =>
        context.ClearCookiesAsync(new BrowserContextClearCookiesOptions { Path = "/realms/demo/" });

    public Task OpenAsync(string path) => page.GotoAsync(new Uri(storefront, path).AbsoluteUri);

    /// <summary>Sends one kind of token as a bearer token on all three ways, with the button of the page.</summary>
    /// <returns>The status for each way; the key is the way.</returns>
    public async Task<IReadOnlyDictionary<string, int>> SendAsync(string kind)
    {
        await OpenAsync("tokens");
        await page.GetByTestId($"send-{kind}").ClickAsync();
        var answers = page.Locator($"tr[data-kind={kind}] [data-testid=answer]");
        await answers.Nth(2).WaitForAsync();
        Dictionary<string, int> statuses = [];
        foreach (var answer in await answers.AllAsync())
        {
            statuses[(await answer.GetAttributeAsync("data-way"))!] = int.Parse((await answer.GetAttributeAsync("data-status"))!, null);
        }

        return statuses;
    }

    /// <summary>Clicks a button of the Tokens page.</summary>
    /// <returns>The result on the page: <c>notice</c> or <c>warning</c>, and its text.</returns>
    public async Task<string> PressAsync(string button)
    {
        await OpenAsync("tokens");
        await page.GetByTestId(button).ClickAsync();
        var outcome = page.Locator("[data-testid=notice], [data-testid=warning]").First;
        return $"{await outcome.GetAttributeAsync("data-testid")}: {await outcome.TextContentAsync()}";
    }

    /// <summary>Logs out of the Storefront and of Keycloak, and waits for the Storefront's page.</summary>
    public async Task LogOutAsync()
    {
        await page.GetByTestId("logout").ClickAsync();
        await page.GetByTestId("logged-out").WaitForAsync();
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();

    private async Task ChooseAsync(Consent consent)
    {
        await page.GotoAsync(storefront.AbsoluteUri);
        await page.GetByTestId("read-orders").SetCheckedAsync(consent.HasFlag(Consent.ReadOrders));
        await page.GetByTestId("place-orders").SetCheckedAsync(consent.HasFlag(Consent.PlaceOrders));
        await page.GetByTestId("stay-connected").SetCheckedAsync(consent.HasFlag(Consent.StayConnected));
        await page.GetByTestId("login").ClickAsync();
    }
}
