using Keycloak.ApiProtection.BrowserTests.Browsing;

namespace Keycloak.ApiProtection.BrowserTests;

/// <summary>The article's figure 3: a token only with the user's consent, and only for what was consented to.</summary>
public sealed class ConsentTests(ArticleFixture article)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_refuses_consent_comes_back_without_a_token_and_is_told_so()
    {
        await using var visit = await article.VisitAsync();
        await ForgetConsentAsync("bob");

        await visit.LogInAsync("bob");
        await article.PictureAsync(visit, "consent", wholePage: false);
        await visit.AnswerConsentAsync(yes: false);
        await article.PictureAsync(visit, "consent-refused");

        Assert.Equal("refused", await visit.Page.GetByTestId("login-failed").GetAttributeAsync("data-reason"));
        Assert.Equal(0, await visit.Page.GetByTestId("user").CountAsync());
        Assert.False(await article.HasConsentedAsync("bob", Cancelled));
    }

    [Fact]
    public async Task Who_consents_reads_email_and_orders_through_each_way()
    {
        await using var visit = await article.VisitAsync();
        await ForgetConsentAsync("alice");

        var token = await visit.LogInAndConsentAsync("alice");
        await visit.OpenAsync("orders");
        await article.PictureAsync(visit, "orders");

        var email = TokenClaim.Read(token, "email")!;
        foreach (var way in Story.Way.All)
        {
            var card = visit.Page.GetByTestId(way);
            Assert.Equal(email, await card.GetByTestId("email").TextContentAsync());
            Assert.True(await card.Locator("tr[data-order]").CountAsync() > 0, $"No orders {way}.");
        }

        Assert.True(await article.HasConsentedAsync("alice", Cancelled));
        article.Story.Tell("logged in, consented: `GET /email`", await article.Orders.EmailAsync(token, Cancelled));
    }

    [Fact]
    public async Task What_was_not_consented_to_is_forbidden_and_the_page_says_which_scope_is_missing()
    {
        await using var visit = await article.VisitAsync();
        var token = await visit.LogInAndConsentAsync("alice");

        var statuses = await article.Orders.PlaceAsync(token, Cancelled);
        article.Story.Tell("a scope that was not granted: `POST /orders`", statuses);
        Assert.All(statuses, answer => Assert.Equal(403, answer.Value));

        foreach (var way in Story.Way.All)
        {
            await PlaceAsync(visit, way);
            Assert.Contains("orders:write", await visit.Page.GetByTestId("placed").TextContentAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_consented_to_is_done()
    {
        await using var visit = await article.VisitAsync();
        var token = await visit.LogInAndConsentAsync("alice", Consent.ReadOrders | Consent.PlaceOrders);

        var statuses = await article.Orders.PlaceAsync(token, Cancelled);
        article.Story.Tell("the scope granted: `POST /orders`", statuses);
        Assert.All(statuses, answer => Assert.Equal(201, answer.Value));

        await PlaceAsync(visit, Story.Way.Direct);
        Assert.Equal("201", await visit.Page.GetByTestId("placed").GetByTestId("answer").GetAttributeAsync("data-status"));
    }

    private static async Task PlaceAsync(StorefrontVisit visit, string way)
    {
        await visit.OpenAsync("orders");
        await visit.Page.Locator("#way").SelectOptionAsync(way);
        await visit.Page.GetByTestId("place-order").ClickAsync();
        await visit.Page.GetByTestId("placed").WaitForAsync();
    }

    private async Task ForgetConsentAsync(string user)
    {
        if (await article.HasConsentedAsync(user, Cancelled))
        {
            await article.WithdrawConsentAsync(user, Cancelled);
        }
    }
}
