using Keycloak.ApiProtection.BrowserTests.Browsing;
using Keycloak.ApiProtection.BrowserTests.Story;

namespace Keycloak.ApiProtection.BrowserTests;

/// <summary>
/// Figure 7 and table 2 of the article: tokens end with their lifetime, their session or their consent, and how soon each way rejects them.
/// </summary>
public sealed class EndingTests(ArticleFixture article)
{
    /// <summary>
    /// The limit if Keycloak notifies the API. The goal is 1 s; a busy machine may need longer. The table shows the measured time.
    /// </summary>
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The limit without a notification: the freshness in the sample's settings, plus the introspection time on a busy machine.
    /// </summary>
    private static readonly TimeSpan Asked = TimeSpan.FromSeconds(5 + 3);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_expired_token_is_rejected_and_a_refreshed_one_is_accepted()
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
    public async Task After_a_logout_in_the_browser_the_token_is_rejected_at_once()
    {
        await using var visit = await article.VisitAsync();
        var token = await visit.LogInAndConsentAsync("alice");

        var answers = await article.Orders.RefusedAfterAsync(visit.LogOutAsync, token, Cancelled);

        article.Story.Tell("logged out in the browser", answers);
        await article.PictureAsync(visit, "logged-out");
        AssertRefused(answers, Told);
    }

    [Fact]
    public async Task After_an_admin_ends_the_session_the_token_is_rejected_at_once()
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
    public async Task After_consent_is_withdrawn_the_token_is_rejected_at_once_and_consent_is_requested_again()
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
    public async Task After_a_disconnect_the_token_is_rejected_within_the_freshness_because_there_is_no_notification()
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
    public async Task Offline_access_ends_when_the_offline_token_is_revoked()
    {
        await using var visit = await article.VisitAsync();
        var token = await visit.LogInAndConsentAsync("alice", Consent.ReadOrders | Consent.StayConnected);

        var answers = await article.Orders.RefusedAfterAsync(() => DisconnectAsync(visit), token, Cancelled);

        article.Story.Tell("disconnected: revocation endpoint with the offline token", answers);
        AssertRefused(answers, Asked);
    }

    private static async Task DisconnectAsync(StorefrontVisit visit) =>
        Assert.StartsWith("notice:", await visit.PressAsync("disconnect"), StringComparison.Ordinal);

    /// <summary>
    /// The times start with the action and include Keycloak's own work. They are compared with the introspecting gateway, which shows that
    /// work.
    /// </summary>
    private static void AssertRefused(IReadOnlyDictionary<string, WayAnswer> answers, TimeSpan within)
    {
        Assert.All(answers, answer => Assert.Equal(401, answer.Value.Status));
        var known = answers[Way.Introspected].After!.Value;
        Assert.InRange(answers[Way.Checked].After!.Value - known, -within, within);
        Assert.InRange(answers[Way.Direct].After!.Value - known, -within, within);
    }
}
