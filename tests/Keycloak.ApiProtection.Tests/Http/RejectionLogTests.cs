using System.Net;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Keycloak.ApiProtection.Tests.Http;

public sealed class RejectionLogTests
{
    [Fact]
    public async Task The_log_names_the_reason_and_the_remedy_once_a_minute_and_never_contains_the_token()
    {
        await using var app = await StartAsync();
        var token = app.Alice.WithText("aud", "account");

        for (var request = 0; request < 5; request++)
        {
            await app.GetAsync("/me", token);
        }

        var text = app.Realm.Log.Text("TokenRejected");
        Assert.Contains("(audience)", text, StringComparison.Ordinal);
        Assert.Contains("The token of client 'cli' has the audience 'account'; expected 'orders-api'.", text, StringComparison.Ordinal);
        Assert.Contains("Add an audience mapper for 'orders-api'", text, StringComparison.Ordinal);
        Assert.DoesNotContain("since the last message", text, StringComparison.Ordinal);

        app.Realm.Time.Advance(TimeSpan.FromMinutes(1));
        await app.GetAsync("/me", token);
        Assert.Equal(2, app.Realm.Log.Count("TokenRejected"));
        Assert.EndsWith(" (4 more since the last message)", Texts(app, "TokenRejected")[^1], StringComparison.Ordinal);
        Assert.All(
            app.Realm.Log.Entries, entry => Assert.DoesNotContain(token.Text.Split('.')[1][..40], entry.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_causes_with_the_same_code_are_both_logged_immediately()
    {
        await using var app = await StartAsync();

        await app.GetAsync("/me", app.Alice.WithText("iss", "http://localhost:8080/realms/demo"));
        await app.GetAsync("/me", app.Alice.WithText("iss", "http://localhost:8080/realms/demo"));
        await app.GetAsync("/me", app.Alice.WithText("iss", "https://kc.example/realms/master"));

        var texts = Texts(app, "TokenRejected");
        Assert.Equal(2, texts.Length);
        Assert.Contains("http://localhost:8080/realms/demo", texts[0], StringComparison.Ordinal);
        Assert.Contains("https://kc.example/realms/master", texts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_cannot_flood_the_log_with_different_causes()
    {
        await using var app = await StartAsync();

        for (var request = 0; request < 200; request++)
        {
            await app.GetAsync("/me", app.Alice.WithText("iss", $"https://{request}.example"));
        }

        Assert.Equal(RejectionCause.MostWritten, app.Realm.Log.Count("TokenRejected"));
        app.Realm.Time.Advance(TimeSpan.FromMinutes(1));
        await app.GetAsync("/me", app.Alice.WithText("iss", "https://0.example"));
        Assert.EndsWith(
            $" ({200 - RejectionCause.MostWritten} more since the last message)",
            Texts(app, "TokenRejected")[^1],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_many_rejections_with_one_code_other_causes_are_not_logged_until_the_minute_ends()
    {
        await using var app = await StartAsync();

        for (var request = 0; request <= RejectionCause.MostExamined; request++)
        {
            await app.GetAsync("/me", app.Alice.WithText("iss", "https://one.example"));
        }

        await app.GetAsync("/me", app.Alice.WithText("iss", "https://two.example"));
        Assert.Equal(1, app.Realm.Log.Count("TokenRejected"));
    }

    [Fact]
    public async Task Reasons_that_differ_only_in_a_time_are_one_cause()
    {
        await using var app = await StartAsync();

        await app.GetAsync("/me", app.Alice.WithDate("exp", app.Realm.Now.AddMinutes(-5)));
        await app.GetAsync("/me", app.Alice.WithDate("exp", app.Realm.Now.AddMinutes(-6)));

        Assert.Equal(1, app.Realm.Log.Count("TokenRejected"));
    }

    [Fact]
    public async Task Different_missing_permissions_at_one_endpoint_are_both_logged()
    {
        await using var app = await StartAsync();

        await app.GetAsync("/write", app.Alice.WithText("scope", "profile"));
        await app.GetAsync("/write", app.Alice.WithText("scope", "profile"));
        await app.GetAsync("/write", app.Alice.WithText("scope", "orders:read"));

        var texts = Texts(app, "PermissionMissing");
        Assert.Equal(2, texts.Length);
        Assert.Contains("was not granted \"orders:read\", \"orders:write\"", texts[0], StringComparison.Ordinal);
        Assert.Contains("was not granted \"orders:write\"", texts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_development_every_rejected_request_is_logged()
    {
        await using var app = await ProtectedApp.StartAsync();

        for (var request = 0; request < 3; request++)
        {
            await app.GetAsync("/me", app.Alice.WithText("aud", "account"));
            await app.GetAsync("/own", app.Alice);
        }

        Assert.Equal((3, 3), (app.Realm.Log.Count("TokenRejected"), app.Realm.Log.Count("PermissionMissing")));
        Assert.All(Texts(app, "TokenRejected"), text => Assert.DoesNotContain("since the last message", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_without_the_Bearer_scheme_is_logged_with_the_header_to_send()
    {
        await using var app = await StartAsync();
        var token = app.Alice.Text;

        var response = await app.GetAsync("/me", token);
        await app.GetAsync("/me", token);

        Assert.Equal(
            (HttpStatusCode.Unauthorized, Challenges.WithoutToken), (response.StatusCode, response.Headers.WwwAuthenticate.ToString()));
        var text = app.Realm.Log.Text("TokenNotRead");
        Assert.Contains("'Authorization: Bearer <access_token>'", text, StringComparison.Ordinal);
        Assert.DoesNotContain(token[..20], text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_in_the_query_of_a_path_that_is_not_configured_is_logged_with_the_setting()
    {
        await using var app = await StartAsync(options => options.QueryTokenPaths.Add("/other"));
        var token = app.Alice.Text;

        var response = await app.GetAsync("/hub/listen?access_token=" + token);

        Assert.Equal(
            (HttpStatusCode.Unauthorized, Challenges.WithoutToken), (response.StatusCode, response.Headers.WwwAuthenticate.ToString()));
        var text = app.Realm.Log.Text("TokenNotRead");
        Assert.Contains("for '/hub/listen', and QueryTokenPaths does not name this path", text, StringComparison.Ordinal);
        Assert.DoesNotContain(token[..20], text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_without_a_token_or_to_a_public_endpoint_is_not_logged()
    {
        await using var app = await StartAsync(options => options.QueryTokenPaths.Add("/hub"));
        var token = app.Alice.Text;

        await app.GetAsync("/me");
        await app.GetAsync("/me", "Basic ZXlK");
        await app.GetAsync("/hub/listen?access_token=");
        await app.GetAsync("/hub/listen?access_token=" + token);
        await app.GetAsync("/public?access_token=" + token);
        await app.GetAsync("/public", token);

        Assert.Equal(0, app.Realm.Log.Count("TokenNotRead"));
    }

    private static Task<ProtectedApp> StartAsync(Action<KeycloakBearerOptions>? configure = null) =>
        ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(configure ?? (_ => { })), _ => { }, environment: Environments.Production);

    private static string[] Texts(ProtectedApp app, string name) =>
        [.. app.Realm.Log.Entries.Where(entry => entry.Event == name).Select(entry => entry.Text)];
}
