using Keycloak.ApiProtection.BrowserTests.Browsing;
using Keycloak.ApiProtection.BrowserTests.Story;

namespace Keycloak.ApiProtection.BrowserTests;

/// <summary>A large order needs a stronger and recent login (RFC 9470): the user logs in at Keycloak and comes back.</summary>
public sealed class StepUpTests(ArticleFixture article)
{
    private const int Small = 20;
    private const int Large = 21;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_small_order_needs_no_stronger_login()
    {
        await using var visit = await article.VisitAsync();
        var token = await visit.LogInAndConsentAsync("alice", Consent.ReadOrders | Consent.PlaceOrders);

        await visit.OrderAsync("small lamps", Small);

        Assert.Equal("201", await visit.PlacedStatusAsync());
        Assert.Equal("silver", TokenClaim.Read(token, "acr"));
    }

    [Fact]
    public async Task A_large_order_is_placed_after_keycloaks_second_level_and_the_users_confirmation()
    {
        await using var visit = await article.VisitAsync();
        var silver = await visit.LogInAndConsentAsync("alice", Consent.ReadOrders | Consent.PlaceOrders);

        var request = await visit.OrderUntilKeycloakAsync("many lamps", Large);
        Assert.Contains("acr_values=gold", request, StringComparison.Ordinal);
        Assert.Contains("max_age=300", request, StringComparison.Ordinal);
        Assert.DoesNotContain("lamps", request, StringComparison.Ordinal);
        await article.PictureAsync(visit, "step-up", wholePage: false);

        await visit.EnterPasswordAsync("alice");
        var waiting = visit.Page.GetByTestId("waiting");
        await waiting.WaitForAsync();
        await article.PictureAsync(visit, "step-up-confirm");
        Assert.Equal("true", await waiting.GetAttributeAsync("data-logged-in"));
        Assert.Equal($"{Large} × many lamps", (await waiting.GetByTestId("waiting-order").TextContentAsync())!.Trim());
        Assert.False(await visit.HasOrderedAsync("many lamps"));

        await visit.OpenAsync("orders?way=direct");
        await visit.Page.GetByTestId("confirm").ClickAsync();
        Assert.Equal("201", await visit.PlacedStatusAsync());
        Assert.Equal(0, await waiting.CountAsync());
        Assert.True(await visit.HasOrderedAsync("many lamps"));

        var gold = await visit.AccessTokenAsync();
        Assert.Equal(("gold", TokenClaim.Read(silver, "sid")), (TokenClaim.Read(gold, "acr"), TokenClaim.Read(gold, "sid")));

        // The login is still recent.
        await visit.OrderAsync("more lamps", Large);
        Assert.Equal("201", await visit.PlacedStatusAsync());
    }

    [Fact]
    public async Task A_user_who_does_not_complete_the_login_stays_without_an_order()
    {
        await using var visit = await article.VisitAsync();
        await visit.LogInAndConsentAsync("alice", Consent.ReadOrders | Consent.PlaceOrders);
        await visit.OrderUntilKeycloakAsync("no lamps", Large);
        await visit.EnterPasswordAsync("wrong");
        await visit.Page.Locator("#password").WaitForAsync();

        Assert.False(await visit.HasOrderedAsync("no lamps"));
        var waiting = visit.Page.GetByTestId("waiting");
        Assert.Equal("false", await waiting.GetAttributeAsync("data-logged-in"));
        Assert.Equal("silver", TokenClaim.Read(await visit.AccessTokenAsync(), "acr"));

        // The button leads to Keycloak again, not past it.
        await visit.OpenAsync("orders?way=direct");
        await visit.Page.GetByTestId("confirm").ClickAsync();
        await visit.SecondLevelAsync();
        Assert.False(await visit.HasOrderedAsync("no lamps"));

        await visit.Page.GetByTestId("discard").ClickAsync();
        await visit.Page.GetByTestId("order-form").WaitForAsync();
        Assert.Equal(0, await waiting.CountAsync());
        Assert.False(await visit.HasOrderedAsync("no lamps"));
    }

    [Fact]
    public async Task A_second_challenge_after_the_login_is_an_error_and_not_another_login()
    {
        await using var visit = await article.VisitAsync();
        await visit.LogInAndConsentAsync("alice", Consent.ReadOrders | Consent.PlaceOrders);
        var usual = await article.SetLevelNamesAsync("""{"silver": 1}""", Cancelled);
        try
        {
            // Keycloak ignores a level that it does not know, and sends the user back at once.
            await visit.OrderAsync("lamps in a loop", Large);
            var waiting = visit.Page.GetByTestId("waiting");
            await waiting.WaitForAsync();
            Assert.Equal("true", await waiting.GetAttributeAsync("data-logged-in"));

            await visit.Page.GetByTestId("confirm").ClickAsync();
            Assert.Equal("401", await visit.PlacedStatusAsync());
            await article.PictureAsync(visit, "step-up-failed");
            Assert.Equal(1, await visit.Page.GetByTestId("step-up-failed").CountAsync());
            Assert.Equal(0, await waiting.CountAsync());
            Assert.False(await visit.HasOrderedAsync("lamps in a loop"));
        }
        finally
        {
            await article.SetLevelNamesAsync(usual, Cancelled);
        }
    }

    [Fact]
    public async Task Another_user_who_completes_the_login_does_not_get_the_order()
    {
        await using var visit = await article.VisitAsync();
        await visit.LogInAndConsentAsync("alice", Consent.ReadOrders | Consent.PlaceOrders);
        var request = await visit.OrderUntilKeycloakAsync("lamps of alice", Large);

        await visit.ForgetKeycloaksSessionAsync();
        await visit.Page.GotoAsync(request);
        await visit.Page.Locator("#username").FillAsync("bob");
        await visit.EnterPasswordAsync("bob");
        await visit.SecondLevelAsync();
        await visit.EnterPasswordAsync("bob");
        await visit.Page.Locator("[name=accept], [data-testid=email-answer]").First.WaitForAsync();
        await visit.AnswerConsentAsync(yes: true);

        Assert.Contains("Bob", await visit.Page.GetByTestId("user").TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await visit.Page.GetByTestId("waiting").CountAsync());
        Assert.False(await visit.HasOrderedAsync("lamps of alice"));
    }

    [Theory]
    [InlineData(Way.Introspected)]
    [InlineData(Way.Checked)]
    public async Task A_large_order_on_a_way_without_a_token_at_the_api_is_explained(string way)
    {
        await using var visit = await article.VisitAsync();
        await visit.LogInAndConsentAsync("alice", Consent.ReadOrders | Consent.PlaceOrders);

        await visit.OrderAsync("lamps", Large, way);

        Assert.Contains("on the direct way only", await visit.Page.GetByTestId("form-error").TextContentAsync(), StringComparison.Ordinal);
    }
}
