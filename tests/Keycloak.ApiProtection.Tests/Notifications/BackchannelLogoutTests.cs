using System.Net;
using System.Text;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tests.Revocation;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Notifications;

public sealed class BackchannelLogoutTests
{
    private const string NotAKey = "It is not signed with a key of the realm.";

    private static readonly string[] Schemes = ["one", "two", "without", "elsewhere"];

    private static readonly TestKey Foreign = TestKey.Rsa("foreign", which: 3);

    /// <summary>The variations that a valid logout token may have.</summary>
    private static readonly Dictionary<string, Func<SignedToken, DateTimeOffset, SignedToken>> Good = new()
    {
        ["as Keycloak 26 writes it"] = (token, _) => token,
        ["as Keycloak 24 writes it"] = (token, _) => token.WithHeader("typ", "\"JWT\""),
        ["with the media type in full"] = (token, _) => token.WithHeader("typ", "\"application/logout+jwt\""),
        ["without sub"] = (token, _) => token.Without("sub"),
        ["without sid, so that the user is meant"] = (token, _) => token.Without("sid"),
        ["with an empty sid, so that the user is meant"] = (token, _) => token.WithText("sid", ""),
        ["for several audiences"] = (token, _) => token.With("aud", "[\"other\",\"storefront\"]"),
        ["for this API's own client"] = (token, _) => token.WithText("aud", "orders-api"),
        ["with offline access revoked"] = (token, _) => token.With(
            "events", "{\"http://schemas.openid.net/event/backchannel-logout\":{},\"revoke_offline_access\":true}"),
        ["expired within the clock skew"] = (token, now) => token.WithDate("exp", now.AddSeconds(-29)),
        ["issued ahead within the clock skew"] = (token, now) => token.WithDate("iat", now.AddSeconds(30)),
        ["with claims nobody knows"] = (token, _) => token.With("more", "{\"a\":[1]}"),
    };

    /// <summary>The faults of forged logout tokens, and the error description in the response.</summary>
    private static readonly Dictionary<string, (Func<SignedToken, DateTimeOffset, SignedToken> Forge, string Says)> Forged = new()
    {
        ["an ID token"] = ((token, _) => token.WithHeader("typ", "\"JWT\"").WithText("typ", "ID"), "It is not a logout token."),
        ["an access token"] = ((token, _) => token.WithHeader("typ", "\"JWT\"").WithText("typ", "Bearer"), "It is not a logout token."),
        ["a token without typ"] = ((token, _) => token.Without("typ"), "It is not a logout token."),
        ["an access token by its header"] = (
            (token, _) => token.WithHeader("typ", "\"at+jwt\""), "The header's typ is not the one of this endpoint."),
        ["a header without typ"] = ((token, _) => token.WithoutHeader("typ"), "The header's typ is not the one of this endpoint."),
        ["another realm's"] = (
            (token, _) => token.WithText("iss", "https://kc.example/realms/other"), "It was issued by another realm or server."),
        ["no issuer"] = ((token, _) => token.Without("iss"), "It was issued by another realm or server."),
        ["another client's"] = ((token, _) => token.WithText("aud", "other"), "It was sent to a client that is not one of LoginClients."),
        ["no audience"] = ((token, _) => token.Without("aud"), "It was sent to a client that is not one of LoginClients."),
        ["expired"] = ((token, now) => token.WithDate("exp", now.AddSeconds(-30)), "It has expired, or it has no expiration time."),
        ["no exp"] = ((token, _) => token.Without("exp"), "It has expired, or it has no expiration time."),
        ["issued ahead"] = (
            (token, now) => token.WithDate("iat", now.AddSeconds(31)), "It has no issue time, or its issue time is in the future."),
        ["no iat"] = ((token, _) => token.Without("iat"), "It has no issue time, or its issue time is in the future."),
        ["no events"] = ((token, _) => token.Without("events"), "It does not contain the back-channel logout event."),
        ["other events"] = (
            (token, _) => token.With("events", "{\"http://schemas.openid.net/event/other\":{}}"),
            "It does not contain the back-channel logout event."),
        ["an event that is no object"] = (
            (token, _) => token.With("events", "{\"http://schemas.openid.net/event/backchannel-logout\":true}"),
            "It does not contain the back-channel logout event."),
        ["events that are no object"] = (
            (token, _) => token.With("events", "[\"http://schemas.openid.net/event/backchannel-logout\"]"),
            "The payload is not a JSON object whose members are unique and of the right type."),
        ["a nonce"] = ((token, _) => token.WithText("nonce", "n"), "It contains a nonce, which a logout token must not contain."),
        ["a nonce that is null"] = (
            (token, _) => token.With("nonce", "null"), "It contains a nonce, which a logout token must not contain."),
        ["neither sid nor sub"] = ((token, _) => token.Without("sid", "sub"), "It names neither a session nor a user."),
        ["sid and sub empty"] = ((token, _) => token.WithText("sid", "").WithText("sub", ""), "It names neither a session nor a user."),
        ["no jti"] = ((token, _) => token.Without("jti"), "It has no id."),
        ["an empty jti"] = ((token, _) => token.WithText("jti", ""), "It has no id."),
        ["sid twice"] = (
            (token, _) => token.And("\"sid\":\"session-1\""),
            "The payload is not a JSON object whose members are unique and of the right type."),
        ["sid a number"] = (
            (token, _) => token.With("sid", "1"), "The payload is not a JSON object whose members are unique and of the right type."),
        ["a payload that is no object"] = (
            (token, _) => token.WithPayload("[]"), "The payload is not a JSON object whose members are unique and of the right type."),
        ["critical extensions"] = (
            (token, _) => token.WithHeader("crit", "[\"b64\"]"), "The header is not a JSON object with a valid alg, kid and typ."),
        ["no key named"] = ((token, _) => token.WithoutHeader("kid"), "The header is not a JSON object with a valid alg, kid and typ."),
        ["not signed"] = ((token, _) => token.WithHeader("alg", "\"none\"").Signed(_ => [0]), "The algorithm is not one of Algorithms."),
        ["HS256 with the public key"] = (
            (token, _) => token.SignedWithSecret("HS256", DemoRealm.Modulus),
            "The algorithm is not one of Algorithms."),
        ["signed by a foreign key of the same name"] = ((token, _) => token.SignedBy(Foreign), "Its signature is not valid."),
        ["signed by an unknown key"] = (
            (token, _) => token.WithHeader("kid", "\"unknown\"").WithDate("iat", DateTimeOffset.UnixEpoch.AddYears(50)), NotAKey),
        ["changed after it was signed"] = (
            (token, _) => Resigned(token.WithText("sid", "session-9"), token), "Its signature is not valid."),
    };

    public static TheoryData<string> GoodOnes => [.. Good.Keys];

    public static TheoryData<string> ForgedOnes => [.. Forged.Keys];

    [Theory]
    [MemberData(nameof(GoodOnes))]
    public async Task A_valid_logout_token_revokes_the_tokens_of_the_session_or_user(string name)
    {
        await using var app = await KeycloakCaller.StartAsync();
        var token = KeycloakRevocationsTests.Token(app);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);

        var answer = await app.LogoutAsync(Good[name](KeycloakCaller.Logout(app), app.Realm.Now));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Equal(1, app.Realm.Log.Count("LogoutTaken"));
    }

    [Theory]
    [MemberData(nameof(ForgedOnes))]
    public async Task A_forged_logout_token_is_rejected_without_effect_and_the_valid_one_is_accepted_afterwards(string name)
    {
        await using var app = await KeycloakCaller.StartAsync();
        var token = KeycloakRevocationsTests.Token(app);
        await app.GetAsync("/me", token);
        var good = KeycloakCaller.Logout(app);
        var (forge, says) = Forged[name];

        await app.LogoutAsync(forge(good, app.Realm.Now)).AssertRejectedAsync(says);

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Equal(0, app.Services.GetRequiredService<IKeycloakRevocations>().Count);
        Assert.Contains(says, app.Realm.Log.Text("NotificationRejected"), StringComparison.Ordinal);
        Assert.Equal(says == NotAKey ? 2 : 1, app.Realm.Requests.Jwks);
        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(good)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
    }

    [Fact]
    public async Task A_logout_token_is_accepted_only_once()
    {
        await using var app = await KeycloakCaller.StartAsync();
        var logout = KeycloakCaller.Logout(app);
        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(logout)).StatusCode);

        await app.LogoutAsync(logout).AssertRejectedAsync("It was received before.");
        await app.LogoutAsync(logout.WithText("sid", "session-2")).AssertRejectedAsync("It was received before.");

        Assert.Equal(1, app.Services.GetRequiredService<IKeycloakRevocations>().Count);
        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(logout.WithText("jti", "another"))).StatusCode);
    }

    [Fact]
    public async Task Only_one_of_many_concurrent_copies_is_accepted()
    {
        await using var app = await KeycloakCaller.StartAsync();
        var logout = KeycloakCaller.Logout(app);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => app.LogoutAsync(logout))));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(49, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("", "The form does not contain logout_token exactly once.")]
    [InlineData("logout_token=", "It is not three parts of base64url text with a dot between each.")]
    [InlineData("logout_token=junk", "It is not three parts of base64url text with a dot between each.")]
    [InlineData("logout_token=%ff.%00.b", "It is not three parts of base64url text with a dot between each.")]
    [InlineData("token={0}", "The form does not contain logout_token exactly once.")]
    [InlineData("logout_token={0}&logout_token={0}", "The form does not contain logout_token exactly once.")]
    [InlineData("logout_token={0}&logout%5Ftoken=x", "The form does not contain logout_token exactly once.")]
    [InlineData("logout_token={0}=", "It is not three parts of base64url text with a dot between each.")]
    [InlineData("logout_token={0}+", "It is not three parts of base64url text with a dot between each.")]
    public async Task A_malformed_form_is_rejected(string form, string says)
    {
        await using var app = await KeycloakCaller.StartAsync();

        await app.LogoutAsync(string.Format(null, form, KeycloakCaller.Logout(app).Text)).AssertRejectedAsync(says);

        Assert.Equal(0, app.Services.GetRequiredService<IKeycloakRevocations>().Count);
    }

    [Fact]
    public async Task Other_parameters_are_ignored_and_escapes_are_decoded()
    {
        await using var app = await KeycloakCaller.StartAsync();

        var escaped = KeycloakCaller.Logout(app).Text.Replace(".", "%2E", StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync($"state=x&logout_token={escaped}&")).StatusCode);
    }

    [Fact]
    public async Task Only_a_POST_with_a_form_of_at_most_16_KiB_is_accepted()
    {
        await using var app = await KeycloakCaller.StartAsync();
        var form = $"logout_token={KeycloakCaller.Logout(app).Text}";
        await app.LogoutAsync(form, "application/json").AssertRejectedAsync("The content type is not the one of this endpoint.");
        await app.LogoutAsync(form, "text/plain").AssertRejectedAsync("The content type is not the one of this endpoint.");
        await app.LogoutAsync($"{form}&x={new string('x', 17 * 1024)}").AssertRejectedAsync("The body is larger than 16 KiB.");
        await app.LogoutAsync(form.PadRight(16 * 1024 + 1, '&')).AssertRejectedAsync("The body is larger than 16 KiB.");
        using var chunked = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes(form.PadRight(17 * 1024, '&'))));
        chunked.Headers.ContentType = new("application/x-www-form-urlencoded");
        using var request = new HttpRequestMessage(HttpMethod.Post, KeycloakCaller.LogoutPath) { Content = chunked };
        request.Headers.TransferEncodingChunked = true;
        await app.Client.SendAsync(request, TestContext.Current.CancellationToken).AssertRejectedAsync("The body is larger than 16 KiB.");
        var get = await app.Client.GetAsync($"{KeycloakCaller.LogoutPath}?{form}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);

        Assert.Equal(0, app.Services.GetRequiredService<IKeycloakRevocations>().Count);
        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(form.PadRight(16 * 1024, '&'))).StatusCode);
    }

    [Fact]
    public async Task While_the_keys_of_the_realm_are_unavailable_the_response_is_503_and_a_retry_is_accepted()
    {
        var realm = await DemoRealm.StartDownAsync();
        await using var app = await KeycloakCaller.StartAsync(realm);
        var logout = KeycloakCaller.Logout(app);

        var answer = await app.LogoutAsync(logout);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal(1, realm.Log.Count("NotificationUndecided"));
        realm.Faults.ComeBack();
        realm.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(logout)).StatusCode);
    }

    [Fact]
    public async Task Many_invalid_notifications_cause_at_most_one_key_fetch_and_store_nothing()
    {
        await using var app = await KeycloakCaller.StartAsync();
        await app.GetAsync("/me", KeycloakRevocationsTests.Token(app));
        var logout = KeycloakCaller.Logout(app);
        var requests = app.Realm.Requests.Total;
        for (var i = 0; i < 200; i++)
        {
            // The first two are rejected without a key. The third is older than the keys that were read.
            await app.LogoutAsync($"logout_token=junk{i}");
            await app.LogoutAsync(logout.WithText("aud", $"client-{i}"));
            await app.LogoutAsync(logout.WithHeader("kid", $"\"{i}\"").WithDate("iat", app.Realm.Now.AddMinutes(-5)));
        }

        // An unknown key may cause at most one fetch in each cooldown.
        Assert.InRange(app.Realm.Requests.Total - requests, 0, 2);
        Assert.Equal(0, app.Services.GetRequiredService<IKeycloakRevocations>().Count);
        Assert.InRange(app.Realm.Log.Count("NotificationRejected"), 1, 3);
    }

    [Fact]
    public async Task A_newly_rotated_key_is_fetched()
    {
        await using var app = await KeycloakCaller.StartAsync();
        await app.GetAsync("/me", KeycloakRevocationsTests.Token(app));
        app.Realm.Keys.Rotate("RS256");
        app.Realm.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(KeycloakCaller.Logout(app))).StatusCode);
    }

    [Fact]
    public async Task The_logout_applies_to_every_scheme_of_the_realm_that_lists_the_client_and_to_no_other()
    {
        await using var app = await ProtectedApp.StartAsync(
            services => services
                .AddKeycloakBearer("one", options => Configure(options, DemoRealm.Issuer, "storefront"))
                .AddKeycloakBearer("two", options => Configure(options, DemoRealm.Issuer, "storefront", "spa"))
                .AddKeycloakBearer("without", options => Configure(options, DemoRealm.Issuer))
                .AddKeycloakBearer("elsewhere", options => Configure(options, "https://kc.example/realms/other", "storefront")),
            app => app.MapKeycloakEndpoints());

        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(KeycloakCaller.Logout(app))).StatusCode);
        Assert.Equal([1, 1, 0, 0], Counts(app));
        var another = KeycloakCaller.Logout(app).WithText("aud", "spa").WithText("jti", "2").WithText("sid", "2");
        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(another)).StatusCode);
        Assert.Equal([1, 2, 0, 0], Counts(app));
    }

    [Fact]
    public async Task Observers_learn_whether_offline_access_was_revoked_too()
    {
        await using var app = await KeycloakCaller.StartAsync();
        var told = new List<KeycloakRevocation>();
        using var observation = app.Services.GetRequiredService<IKeycloakRevocations>().Observe(told.Add);

        await app.LogoutAsync(KeycloakCaller.Logout(app));
        await app.LogoutAsync(
            Good["with offline access revoked"](KeycloakCaller.Logout(app).WithText("jti", "2").WithText("sid", "2"), app.Realm.Now));

        Assert.Equal([false, true], told.Select(revocation => revocation.RevokesOfflineAccess));
        Assert.All(
            told,
            revocation => Assert.Equal((RevocationSource.BackchannelLogout, app.Realm.Now), (revocation.Source, revocation.IssuedUntil)));
    }

    private static int[] Counts(ProtectedApp app) =>
        [.. Schemes.Select(scheme => app.Services.GetRequiredKeyedService<IKeycloakRevocations>(scheme).Count)];

    private static void Configure(KeycloakBearerOptions options, string authority, params string[] loginClients)
    {
        (options.Authority, options.Resource) = (authority, DemoRealm.Audience);
        Array.ForEach(loginClients, options.LoginClients.Add);
    }

    private static SignedToken Resigned(SignedToken changed, SignedToken signed)
    {
        var signature = signed.Signature;
        return changed.Signed(_ => signature);
    }
}
