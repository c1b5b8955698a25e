using Keycloak.ApiProtection.BrowserTests.Browsing;
using Keycloak.ApiProtection.BrowserTests.Story;

namespace Keycloak.ApiProtection.BrowserTests;

/// <summary>The article's figure 7 and table 2: tokens end with their time, their session, their consent; and how soon each way knows.</summary>
public sealed class EndingTests(ArticleFixture article)
{
    /// <summary>Logout is told, not asked for. The goal is 1 s; the story's table says what was measured, and a busy machine may take its breath.</summary>
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(2);

    /// <summary>The freshness that the sample's settings ask for, with what a question takes on a busy machine.</summary>
    private static readonly TimeSpan Asked = TimeSpan.FromSeconds(5 + 3);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_expired_token_is_refused_and_a_refreshed_one_is_served()
    {
        await using var visit = await article.VisitAsync();
        var usual = await article.AccessTokenLifespanAsync(Cancelled);
        await article.SetAccessTokenLifespanAsync(TimeSpan.FromSeconds(10), Cancelled);
        try
        {
            var token = await visit.LogInAndConsentAsync("alice");
            var answers = await article.Orders.RefusedAfterAsync(() => Task.CompletedTask, token, Cancelled);
            article.Story.Tell("expiry, 10 s after it was issued", answers);
            Assert.All(answers, answer => Assert.Equal(401, answer.Value.Status));

            await visit.PressAsync("refresh");
            var statuses = await article.Orders.EmailAsync(await visit.AccessTokenAsync(), Cancelled);
            article.Story.Tell("refreshed", statuses);
            Assert.All(statuses, answer => Assert.Equal(200, answer.Value));
        }
        finally
        {
            await article.SetAccessTokenLifespanAsync(usual, Cancelled);
        }
    }

    [Fact]
    public async Task Logged_out_in_the_browser_means_refused_at_once_where_Keycloak_tells()
    {
        await using var visit = await article.VisitAsync();
        var token = await visit.LogInAndConsentAsync("alice");

        var answers = await article.Orders.RefusedAfterAsync(visit.LogOutAsync, token, Cancelled);

        article.Story.Tell("logged out in the browser", answers);
        await article.PictureAsync(visit, "logged-out");
        AssertRefused(answers, Told);
    }

    [Fact]
    public async Task A_session_ended_by_an_admin_means_refused_at_once_where_Keycloak_tells()
    {
        await using var visit = await article.VisitAsync();
        var token = await visit.LogInAndConsentAsync("alice");

        var answers = await article.Orders.RefusedAfterAsync(() => article.EndSessionAsync(token, Cancelled), token, Cancelled);

        article.Story.Tell("an admin ends the session", answers);
        AssertRefused(answers, Told);
        await visit.PressAsync("refresh");
        Assert.Equal(1, await visit.Page.GetByTestId("warning").CountAsync());
    }

    [Fact]
    public async Task Consent_withdrawn_means_refused_at_once_where_Keycloak_tells_and_asked_for_again()
    {
        await using var visit = await article.VisitAsync();
        var token = await visit.LogInAndConsentAsync("alice");

        var answers = await article.Orders.RefusedAfterAsync(() => article.WithdrawConsentAsync("alice", Cancelled), token, Cancelled);

        article.Story.Tell("consent withdrawn", answers);
        AssertRefused(answers, Told);
        await using var again = await article.VisitAsync();
        await again.LogInAsync("alice");
        Assert.Equal(1, await again.Page.Locator("[name=accept]").CountAsync());
    }

    [Fact]
    public async Task Disconnected_means_refused_within_the_freshness_for_nobody_is_told_of_it()
    {
        await using var visit = await article.VisitAsync();
        var token = await visit.LogInAndConsentAsync("alice");

        var answers = await article.Orders.RefusedAfterAsync(() => DisconnectAsync(visit), token, Cancelled);

        article.Story.Tell("disconnected: revocation endpoint with the refresh token", answers);
        AssertRefused(answers, Asked);
        var statuses = await visit.SendAsync("access");
        Assert.All(statuses, answer => Assert.Equal(401, answer.Value));
    }

    [Fact]
    public async Task Offline_access_ends_when_it_is_given_back()
    {
        await using var visit = await article.VisitAsync();
        var token = await visit.LogInAndConsentAsync("alice", Consent.ReadOrders | Consent.StayConnected);

        var answers = await article.Orders.RefusedAfterAsync(() => DisconnectAsync(visit), token, Cancelled);

        article.Story.Tell("disconnected: revocation endpoint with the offline token", answers);
        AssertRefused(answers, Asked);
    }

    private static async Task DisconnectAsync(StorefrontVisit visit) =>
        Assert.StartsWith("notice:", await visit.PressAsync("disconnect"), StringComparison.Ordinal);

    /// <summary>The time counts from the beginning of the act, Keycloak's own work included; the gateway that asks each time is the measure of that.</summary>
    private static void AssertRefused(IReadOnlyDictionary<string, WayAnswer> answers, TimeSpan within)
    {
        Assert.All(answers, answer => Assert.Equal(401, answer.Value.Status));
        var known = answers[Way.Introspected].After!.Value;
        Assert.InRange(answers[Way.Checked].After!.Value - known, -within, within);
        Assert.InRange(answers[Way.Direct].After!.Value - known, -within, within);
    }
}
