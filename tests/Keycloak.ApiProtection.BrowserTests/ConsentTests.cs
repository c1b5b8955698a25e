using Keycloak.ApiProtection.BrowserTests.Browsing;

namespace Keycloak.ApiProtection.BrowserTests;

/// <summary>Figure 3 of the article: a token requires the user's consent, and contains only the scopes of the consent.</summary>
public sealed class ConsentTests(ArticleFixture article)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_who_denies_consent_returns_without_a_token_and_sees_why()
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
    public async Task A_user_who_consents_can_read_email_and_orders_on_each_way()
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
            Assert.True(await card.Locator("tr[data-order]").CountAsync() > 0, $"No orders on the way {way}.");
        }

        Assert.True(await article.HasConsentedAsync("alice", Cancelled));
        article.Story.Tell("logged in, consented: `GET /email`", await article.Orders.EmailAsync(token, Cancelled));
    }

    [Fact]
    public async Task A_request_without_consent_is_forbidden_and_the_page_names_the_missing_scope()
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
    public async Task A_request_with_consent_succeeds()
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
