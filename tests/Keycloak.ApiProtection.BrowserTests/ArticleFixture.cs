using System.Text.Json.Nodes;
using Gateway;
using Gateway.Servers;
using Keycloak.ApiProtection.BrowserTests;
using Keycloak.ApiProtection.BrowserTests.Browsing;
using Keycloak.ApiProtection.BrowserTests.Story;
using Keycloak.ApiProtection.Testing.Servers;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(ArticleFixture))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Keycloak.ApiProtection.BrowserTests;

/// <summary>The system of the article with a real Keycloak 26, and a browser. All tests of the project share it.</summary>
public sealed class ArticleFixture : IAsyncLifetime
{
    private const string Realm = "/admin/realms/demo";

    private ArticleSystem? _system;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private OrdersApi? _orders;

    /// <summary>The table that the tests write.</summary>
    public StoryBook Story { get; } = new();

    public OrdersApi Orders => _orders!;

    private KeycloakAdmin Admin => _system!.Realm.Admin!;

    public async ValueTask InitializeAsync()
    {
        if (Missing() is null)
        {
            var options = new ArticleSystemOptions { Keycloak = ArticleSystemOptions.FindKeycloak(out _) };
            _system = await ArticleSystem.StartAsync(options, TestContext.Current.CancellationToken);
            _orders = new OrdersApi(_system.Nginx.Address);
            _playwright = await Playwright.CreateAsync();
            _browser = await Chromium.LaunchAsync(_playwright);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Story.WriteAsync();
        _orders?.Dispose();
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }
    }

    /// <summary>Opens the Storefront in a new browser context. Skips the test if a required program is not installed.</summary>
    public async Task<StorefrontVisit> VisitAsync()
    {
        if (Missing() is { } missing)
        {
            Assert.Skip(missing);
        }

        var context = await _browser!.NewContextAsync(
            new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1200, Height = 900 } });
        context.SetDefaultTimeout(20_000);
        return new StorefrontVisit(context, await context.NewPageAsync(), _system!.Storefront!.Address);
    }

    public async Task PictureAsync(StorefrontVisit visit, string name, bool wholePage = true) => await visit.Page.ScreenshotAsync(
        new PageScreenshotOptions { Path = Path.Combine(Story.Folder, $"{name}.png"), FullPage = wholePage });

    /// <summary>Withdraws the user's consent, as an admin does in the console (Users &gt; the user &gt; Consents).</summary>
    public async Task WithdrawConsentAsync(string user, CancellationToken cancellationToken) =>
        await Admin.DeleteAsync($"{Realm}/users/{await UserIdAsync(user, cancellationToken)}/consents/storefront", null, cancellationToken);

    /// <summary>Ends a session, as an admin does in the console (Sessions &gt; Sign out).</summary>
    public Task EndSessionAsync(string accessToken, CancellationToken cancellationToken) =>
        Admin.DeleteAsync($"{Realm}/sessions/{TokenClaim.Read(accessToken, "sid")}", null, cancellationToken);

    /// <summary>Gets a token of the same user from an application that calls another API behind the same gateway.</summary>
    public async Task<string> TokenForAnotherApiAsync(string user, CancellationToken cancellationToken) =>
        (await _system!.Tokens.PasswordAsync(user, "openid email", "reports", cancellationToken)).Access;

    /// <summary>Sets the lifetime of access tokens that are issued from now on.</summary>
    public Task SetAccessTokenLifespanAsync(TimeSpan life, CancellationToken cancellationToken) =>
        Admin.PutAsync(Realm, new JsonObject { ["accessTokenLifespan"] = (int)life.TotalSeconds }, cancellationToken);

    /// <summary>Gets the lifetime of the realm's access tokens.</summary>
    public async Task<TimeSpan> AccessTokenLifespanAsync(CancellationToken cancellationToken) =>
        TimeSpan.FromSeconds((int)(await Admin.GetAsync(Realm, cancellationToken))["accessTokenLifespan"]!);

    /// <summary>Sets the names of the levels of a login (Realm settings &gt; General &gt; ACR to LoA Mapping).</summary>
    /// <returns>The names before.</returns>
    public async Task<string> SetLevelNamesAsync(string names, CancellationToken cancellationToken)
    {
        var realm = await Admin.GetAsync(Realm, cancellationToken);
        var attributes = realm["attributes"]!.AsObject();
        var before = (string)attributes["acr.loa.map"]!;
        attributes["acr.loa.map"] = names;
        await Admin.PutAsync(Realm, realm, cancellationToken);
        return before;
    }

    /// <summary>Whether the user has consented to the Storefront.</summary>
    public async Task<bool> HasConsentedAsync(string user, CancellationToken cancellationToken) =>
        (await Admin.GetAsync($"{Realm}/users/{await UserIdAsync(user, cancellationToken)}/consents", cancellationToken))
            .AsArray().Count > 0;

    private static string? Missing()
    {
        if (ArticleSystemOptions.FindKeycloak(out var reason) is null || NginxInstallation.Find(out reason) is null)
        {
            return reason;
        }

        return Chromium.Missing;
    }

    private async Task<string> UserIdAsync(string user, CancellationToken cancellationToken) =>
        (string)(await Admin.GetAsync($"{Realm}/users?exact=true&username={user}", cancellationToken)).AsArray()[0]!["id"]!;
}
