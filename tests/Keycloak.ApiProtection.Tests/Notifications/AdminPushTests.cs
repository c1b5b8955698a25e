using System.Net;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tests.Revocation;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Notifications;

public sealed class AdminPushTests
{
    private static readonly TestKey Foreign = TestKey.Rsa("foreign", which: 3);

    private static readonly Dictionary<string, (Func<SignedToken, DateTimeOffset, SignedToken> Forge, string Says)> Forged = new()
    {
        ["another action"] = ((push, _) => push.WithText("action", "LOGOUT"), "It is not the admin action of this endpoint."),
        ["no action"] = ((push, _) => push.Without("action"), "It is not the admin action of this endpoint."),
        ["an access token with the claims of a push"] = (
            (push, _) => push.WithText("typ", "Bearer").WithText("iss", DemoRealm.Issuer), "It is not the admin action of this endpoint."),
        ["another client"] = (
            (push, _) => push.WithText("resource", "other"),
            "It was pushed to a client that is neither this API's own nor one of LoginClients."),
        ["no client"] = (
            (push, _) => push.Without("resource"), "It was pushed to a client that is neither this API's own nor one of LoginClients."),
        ["expired"] = (
            (push, now) => push.With("expiration", $"{now.ToUnixTimeSeconds() - 30}"), "It has expired, or it has no expiration time."),
        ["no expiration"] = ((push, _) => push.Without("expiration"), "It has expired, or it has no expiration time."),
        ["no id"] = ((push, _) => push.Without("id"), "It has no id."),
        ["a not-before that is text"] = (
            (push, _) => push.WithText("notBefore", "now"),
            "The payload is not a JSON object whose members are unique and of the right type."),
        ["a foreign key of the same name"] = ((push, _) => push.SignedBy(Foreign), "Its signature is not valid."),
        ["not signed"] = ((push, _) => push.WithHeader("alg", "\"none\"").Signed(_ => [0]), "The algorithm is not one of Algorithms."),
        ["HS256"] = ((push, _) => push.SignedWithSecret("HS256", [1, 2, 3]), "The algorithm is not one of Algorithms."),
        ["a logout token"] = ((push, _) => push.WithHeader("typ", "\"logout+jwt\""), "The header's typ is not the one of this endpoint."),
    };

    public static TheoryData<string> ForgedOnes => [.. Forged.Keys];

    [Theory]
    [InlineData("k_push_not_before", "PUSH_NOT_BEFORE", "orders-api")]
    [InlineData("k_logout", "LOGOUT", "orders-api")]
    [InlineData("k_push_not_before", "PUSH_NOT_BEFORE", "storefront")]
    public async Task A_pushed_not_before_revokes_older_tokens_of_every_client(string path, string action, string client)
    {
        await using var app = await KeycloakCaller.StartAsync();
        var token = KeycloakRevocationsTests.Token(app).WithText("azp", "spa");
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);

        var answer = await app.PushAsync(path, KeycloakCaller.Push(app, action, Now(app)).WithText("resource", client));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token.WithDate("iat", app.Realm.Now.AddSeconds(1)))).StatusCode);
        Assert.Equal(1, app.Realm.Log.Count("NotBeforeTaken"));
    }

    [Theory]
    [MemberData(nameof(ForgedOnes))]
    public async Task A_forged_push_is_rejected_without_effect_and_the_valid_one_is_accepted_afterwards(string name)
    {
        await using var app = await KeycloakCaller.StartAsync();
        var token = KeycloakRevocationsTests.Token(app);
        var good = KeycloakCaller.Push(app, "PUSH_NOT_BEFORE", Now(app));
        var (forge, says) = Forged[name];

        await app.PushAsync("k_push_not_before", forge(good, app.Realm.Now)).AssertRejectedAsync(says);

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await app.PushAsync("k_push_not_before", good)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
    }

    [Fact]
    public async Task A_not_before_of_0_or_an_earlier_one_does_not_move_the_current_one_back()
    {
        await using var app = await KeycloakCaller.StartAsync();
        var token = KeycloakRevocationsTests.Token(app);
        await app.PushAsync("k_push_not_before", KeycloakCaller.Push(app, "PUSH_NOT_BEFORE", Now(app)));

        foreach (var older in new[] { 0, Now(app) - 3600 })
        {
            Assert.Equal(
                HttpStatusCode.NoContent,
                (await app.PushAsync("k_push_not_before", KeycloakCaller.Push(app, "PUSH_NOT_BEFORE", older))).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
        }
    }

    [Fact]
    public async Task A_not_before_far_in_the_future_is_treated_as_the_present_and_the_log_warns()
    {
        await using var app = await KeycloakCaller.StartAsync();
        var token = KeycloakRevocationsTests.Token(app);
        var push = KeycloakCaller.Push(app, "PUSH_NOT_BEFORE", new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds());

        Assert.Equal(HttpStatusCode.NoContent, (await app.PushAsync("k_push_not_before", push)).StatusCode);

        Assert.Contains("2100-01-01", app.Realm.Log.Text("NotBeforeInTheFuture"), StringComparison.Ordinal);
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token.WithDate("iat", app.Realm.Now.AddSeconds(30)))).StatusCode);
        app.Realm.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token.WithDate("iat", app.Realm.Now))).StatusCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public async Task A_not_before_within_the_clock_skew_is_accepted_without_a_warning(int ahead)
    {
        await using var app = await KeycloakCaller.StartAsync();

        await app.PushAsync("k_push_not_before", KeycloakCaller.Push(app, "PUSH_NOT_BEFORE", Now(app) + ahead));

        Assert.Equal(0, app.Realm.Log.Count("NotBeforeInTheFuture"));
        Assert.Equal(1, app.Realm.Log.Count("NotBeforeTaken"));
    }

    [Fact]
    public async Task A_not_before_of_0_revokes_nothing()
    {
        await using var app = await KeycloakCaller.StartAsync();

        Assert.Equal(
            HttpStatusCode.NoContent,
            (await app.PushAsync("k_push_not_before", KeycloakCaller.Push(app, "PUSH_NOT_BEFORE", 0))).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", KeycloakRevocationsTests.Token(app))).StatusCode);
    }

    [Fact]
    public async Task Only_the_pushed_sessions_are_revoked()
    {
        await using var app = await KeycloakCaller.StartAsync();
        var token = KeycloakRevocationsTests.Token(app);
        var push = KeycloakCaller.Push(
            app,
            "LOGOUT",
            0,
            ",\"adapterSessionIds\":[\"an http session\"],\"keycloakSessionIds\":[\"session-1\"]");

        Assert.Equal(HttpStatusCode.NoContent, (await app.PushAsync("k_logout", push)).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token.WithText("sid", "session-2"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token.WithDate("iat", app.Realm.Now.AddSeconds(30)))).StatusCode);
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await app.PushAsync("k_logout", KeycloakCaller.Push(app, "LOGOUT", 0, ",\"adapterSessionIds\":null"))).StatusCode);
        await app.PushAsync("k_logout", KeycloakCaller.Push(app, "LOGOUT", 0, ",\"adapterSessionIds\":[1]"))
            .AssertRejectedAsync("The payload is not a JSON object whose members are unique and of the right type.");
    }

    [Fact]
    public async Task A_push_is_accepted_only_once()
    {
        await using var app = await KeycloakCaller.StartAsync();
        var push = KeycloakCaller.Push(app, "PUSH_NOT_BEFORE", Now(app));
        Assert.Equal(HttpStatusCode.NoContent, (await app.PushAsync("k_push_not_before", push)).StatusCode);

        await app.PushAsync("k_push_not_before", push).AssertRejectedAsync("It was received before.");
    }

    [Fact]
    public async Task Keycloak_can_test_whether_the_endpoint_is_available()
    {
        await using var app = await KeycloakCaller.StartAsync();

        Assert.Equal(
            HttpStatusCode.NoContent, (await app.PushAsync("k_test_available", KeycloakCaller.Push(app, "TEST_AVAILABLE", 0))).StatusCode);
        await app.PushAsync("k_test_available", KeycloakCaller.Push(app, "LOGOUT", 0))
            .AssertRejectedAsync("It is not the admin action of this endpoint.");
    }

    [Fact]
    public async Task Only_a_POST_with_text_of_at_most_16_KiB_is_accepted()
    {
        await using var app = await KeycloakCaller.StartAsync();
        var push = KeycloakCaller.Push(app, "LOGOUT", Now(app)).Text;
        await app.PostAsync("/.keycloak/k_logout", push, "application/x-www-form-urlencoded")
            .AssertRejectedAsync("The content type is not the one of this endpoint.");
        await app.PostAsync("/.keycloak/k_logout", new string('a', 17 * 1024), "text/plain")
            .AssertRejectedAsync("The body is larger than 16 KiB.");
        await app.PostAsync("/.keycloak/k_logout", "", "text/plain")
            .AssertRejectedAsync("It is not three parts of base64url text with a dot between each.");
        var get = await app.Client.GetAsync("/.keycloak/k_logout", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", KeycloakRevocationsTests.Token(app))).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await app.PostAsync("/.keycloak/k_logout", push, "text/plain")).StatusCode);
    }

    [Fact]
    public async Task A_push_applies_only_to_the_realm_whose_key_signed_it()
    {
        var other = TestKey.Rsa("other", "RS256", which: 4);
        await using var app = await KeycloakCaller.StartAsync();
        await app.GetAsync("/me", KeycloakRevocationsTests.Token(app));
        app.Realm.Time.Advance(TimeSpan.FromSeconds(10));

        await app.PushAsync("k_push_not_before", KeycloakCaller.Push(app, "PUSH_NOT_BEFORE", Now(app)).SignedWith(other, "RS256"))
            .AssertRejectedAsync("It is not signed with a key of the realm.");

        Assert.Equal(0, app.Realm.Log.Count("NotBeforeTaken"));
        Assert.Equal(2, app.Realm.Requests.Jwks);
    }

    private static long Now(ProtectedApp app) => app.Realm.Now.ToUnixTimeSeconds();
}
