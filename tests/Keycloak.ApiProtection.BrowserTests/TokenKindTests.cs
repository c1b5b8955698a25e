using System.Globalization;
using Keycloak.ApiProtection.BrowserTests.Browsing;

namespace Keycloak.ApiProtection.BrowserTests;

/// <summary>Table 1 of the article: the API accepts only an access token that is intended for it.</summary>
public sealed class TokenKindTests(ArticleFixture article)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("access", 200, "an access token, sent with the button of the page")]
    [InlineData("tampered", 401, "a tampered access token")]
    [InlineData("id", 401, "an ID token used as an access token")]
    [InlineData("refresh", 401, "a refresh token used as an access token")]
    public async Task Each_way_accepts_the_access_token_and_rejects_other_kinds_of_tokens(string kind, int expected, string act)
    {
        await using var visit = await article.VisitAsync();
        await visit.LogInAndConsentAsync("alice");

        var statuses = await visit.SendAsync(kind);

        article.Story.Tell(act, statuses);
        Assert.Equal(Story.Way.All.Order(), statuses.Keys.Order());
        Assert.All(statuses, answer => Assert.Equal(expected, answer.Value));
    }

    [Fact]
    public async Task An_offline_token_is_not_an_access_token_and_outlives_the_session()
    {
        await using var visit = await article.VisitAsync();
        await visit.LogInAndConsentAsync("alice");
        await visit.ConsentToMoreAsync(Consent.ReadOrders | Consent.StayConnected);
        var token = await visit.AccessTokenAsync();
        var statuses = await visit.SendAsync("offline");
        article.Story.Tell("an offline token used as an access token", statuses);
        Assert.All(statuses, answer => Assert.Equal(401, answer.Value));
        await article.PictureAsync(visit, "tokens");

        await article.EndSessionAsync(token, Cancelled);
        var younger = await RefreshPastThisSecondAsync(visit);
        statuses = await article.Orders.EmailAsync(younger, Cancelled);
        article.Story.Tell("the session ended; a new access token for the offline token", statuses);
        Assert.All(statuses, answer => Assert.Equal(200, answer.Value));
    }

    [Fact]
    public async Task A_token_for_another_audience_is_rejected_on_each_way()
    {
        await using var visit = await article.VisitAsync();
        var own = await visit.LogInAndConsentAsync("alice");
        Assert.All(await article.Orders.EmailAsync(own, Cancelled), answer => Assert.Equal(200, answer.Value));

        var foreign = await article.TokenForAnotherApiAsync("alice", Cancelled);
        var statuses = await article.Orders.EmailAsync(foreign, Cancelled);

        article.Story.Tell("a token for another audience", statuses);
        Assert.Contains("email", TokenClaim.Read(foreign, "scope")!, StringComparison.Ordinal);
        Assert.All(statuses, answer => Assert.Equal(401, answer.Value));
    }

    [Fact]
    public async Task The_orders_api_calls_the_shipping_api_with_an_exchanged_token_because_the_callers_token_is_rejected()
    {
        await using var visit = await article.VisitAsync();
        await visit.LogInAndConsentAsync("alice");

        await visit.OpenAsync("orders?way=direct");
        await visit.Page.GetByTestId("shipment-link").First.ClickAsync();
        var exchanged = visit.Page.GetByTestId("shipment");
        Assert.Equal("200", await exchanged.GetByTestId("answer").GetAttributeAsync("data-status"));
        await article.PictureAsync(visit, "shipment");

        await visit.OpenAsync("orders?way=direct");
        await visit.Page.GetByTestId("passed-on-link").First.ClickAsync();
        Assert.Contains("401", await visit.Page.GetByTestId("shipment").TextContentAsync(), StringComparison.Ordinal);

        // Where the gateway decides, the orders API has no token to ask with: the page must not say that it asked.
        await visit.OpenAsync("orders?way=introspected");
        await visit.Page.GetByTestId("shipment-link").First.ClickAsync();
        var refused = await visit.Page.GetByTestId("shipment").TextContentAsync();
        Assert.Contains("It cannot ask the shipping API for you", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("asked the shipping API for you, with", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("An unexpected response", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_phone_every_table_has_a_caption_and_says_that_it_scrolls()
    {
        await using var visit = await article.VisitAsync();
        await visit.LogInAndConsentAsync("alice");
        await visit.Page.SetViewportSizeAsync(390, 844);

        foreach (var path in new[] { "orders", "tokens" })
        {
            await visit.OpenAsync(path);
            var tables = await visit.Page.Locator("table").CountAsync();
            Assert.True(tables > 0);
            Assert.Equal(tables, await visit.Page.Locator("table > caption").CountAsync());
            Assert.Equal(tables, await visit.Page.Locator(".scroll[role=region][tabindex='0'][aria-label] > table").CountAsync());
            await article.PictureAsync(visit, $"{path}-phone");
        }

        Assert.True(await visit.Page.Locator(".sideways").First.IsVisibleAsync());
        Assert.True(await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
    }

    [Fact]
    public async Task The_address_of_the_log_out_page_typed_by_hand_asks_and_ends_nothing_until_it_is_answered()
    {
        await using var visit = await article.VisitAsync();
        await visit.LogInAndConsentAsync("alice");

        await visit.OpenAsync("logout");
        var page = await visit.Page.TextContentAsync("main");
        Assert.Contains("You are logged in as Alice Ex", page, StringComparison.Ordinal);
        Assert.DoesNotContain("You are not logged in", page, StringComparison.Ordinal);

        await visit.Page.GetByTestId("logout-here").ClickAsync();
        await visit.Page.GetByTestId("logged-out").WaitForAsync();
        await visit.OpenAsync("logout");
        Assert.Contains("You are not logged in", await visit.Page.TextContentAsync("main"), StringComparison.Ordinal);
    }

    /// <summary>
    /// Refreshes until the token is issued after the current second. Tokens from the second in which the session ended are rejected.
    /// </summary>
    private static async Task<string> RefreshPastThisSecondAsync(StorefrontVisit visit)
    {
        var happened = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        while (true)
        {
            Assert.StartsWith("notice:", await visit.PressAsync("refresh"), StringComparison.Ordinal);
            var token = await visit.AccessTokenAsync();
            if (long.Parse(TokenClaim.Read(token, "iat")!, CultureInfo.InvariantCulture) > happened)
            {
                return token;
            }
        }
    }
}
