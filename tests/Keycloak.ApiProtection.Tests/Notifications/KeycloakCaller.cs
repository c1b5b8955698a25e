using System.Text;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Notifications;

/// <summary>Sends notifications to an API as Keycloak does, and as a forger would.</summary>
internal static class KeycloakCaller
{
    public const string LogoutPath = "/.keycloak/backchannel-logout";

    public static Task<ProtectedApp> StartAsync(DemoRealm? realm = null) => ProtectedApp.StartAsync(
        services => services.AddKeycloakBearer(options => options.LoginClients.Add("storefront")),
        app => app.MapKeycloakEndpoints(),
        realm);

    /// <summary>A valid logout token of Keycloak 26 for the session <c>session-1</c>.</summary>
    public static SignedToken Logout(ProtectedApp app) => app.Realm
        .Token(app.Realm.Keycloak.Token("alice").For("storefront").OfKind(TokenKind.Logout))
        .WithHeader("typ", "\"logout+jwt\"")
        .WithText("jti", "7206722a-d912-2df4-8e3d-061f9e63f823")
        .WithText("sid", "session-1")
        .WithText("sub", "user-1")
        .WithDate("iat", app.Realm.Now)
        .WithDate("exp", app.Realm.Now.AddSeconds(120));

    /// <summary>A valid push as Keycloak 26 sends it.</summary>
    public static SignedToken Push(ProtectedApp app, string action, long notBefore, string more = "") => app.Realm.Token(
        $$"""{"id":"{{Guid.NewGuid()}}-1795220963133","expiration":{{app.Realm.Now.ToUnixTimeSeconds() + 30}},"resource":"orders-api","""
        + $$""" "action":"{{action}}","notBefore":{{notBefore}}{{more}}}""")
        .Without("iss", "iat", "exp");

    public static Task<HttpResponseMessage> LogoutAsync(this ProtectedApp app, SignedToken token) =>
        app.LogoutAsync($"logout_token={token.Text}");

    public static Task<HttpResponseMessage> LogoutAsync(
        this ProtectedApp app, string body, string contentType = "application/x-www-form-urlencoded") =>
        app.PostAsync(LogoutPath, body, contentType);

    public static Task<HttpResponseMessage> PushAsync(this ProtectedApp app, string name, SignedToken push) =>
        app.PostAsync($"/.keycloak/{name}", push.Text, "text/plain");

    public static async Task<HttpResponseMessage> PostAsync(this ProtectedApp app, string path, string body, string contentType)
    {
        using var content = new StringContent(body, Encoding.Latin1, contentType);
        return await app.Client.PostAsync(path, content, TestContext.Current.CancellationToken);
    }

    public static async Task AssertRejectedAsync(this Task<HttpResponseMessage> sent, string description)
    {
        using var answer = await sent;
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((400, $$"""{"error":"invalid_request","error_description":"{{description}}"}"""), ((int)answer.StatusCode, body));
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
    }
}
