using System.Net;
using System.Text;
using Keycloak.ApiProtection.Notifications;
using Keycloak.ApiProtection.Tests.Revocation;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Notifications;

public sealed class NotificationVerificationTests
{
    private const string Other = "https://other.example/realms/other";

    private static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DefaultCooldown = new KeycloakBearerOptions().UnknownKeyCooldown;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_push_is_applied_immediately_even_if_another_realm_does_not_respond()
    {
        var realm = await DemoRealm.StartAsync();
        await realm.AddAsync(Other, keys: "other");
        using var held = realm.HoldResponses("https://other.example/");
        await using var app = await StartAsync(realm, Other);
        await ReadKeysAsync(app);
        var applied = Applied(app);

        var sent = app.PushAsync("k_push_not_before", KeycloakCaller.Push(app, "PUSH_NOT_BEFORE", app.Realm.Now.ToUnixTimeSeconds()));

        await applied.WaitAsync(Patience, Cancelled);
        Assert.False(sent.IsCompleted);
        held.Dispose();
        await sent;
    }

    [Fact]
    public async Task A_logout_is_applied_immediately_even_if_another_scheme_of_the_realm_gets_no_keys()
    {
        const string Node = "https://other.example/realms/demo";
        var realm = await DemoRealm.StartAsync();
        await realm.AddAsync(Node, DemoRealm.Issuer);
        using var held = realm.HoldResponses("https://other.example/");
        await using var app = await StartAsync(realm, DemoRealm.Issuer, metadata: Node + "/.well-known/openid-configuration");
        await ReadKeysAsync(app);
        var applied = Applied(app);

        var sent = app.LogoutAsync(KeycloakCaller.Logout(app));

        await applied.WaitAsync(Patience, Cancelled);
        Assert.False(sent.IsCompleted);
        held.Dispose();

        // The other scheme finally reads the keys of the same realm and accepts the logout, too.
        Assert.Equal(HttpStatusCode.OK, (await sent).StatusCode);
        Assert.Equal(1, app.Services.GetRequiredKeyedService<IKeycloakRevocations>("other").Count);
        Assert.Equal(1, app.Services.GetRequiredKeyedService<IKeycloakRevocations>("orders").Count);
    }

    [Fact]
    public async Task Keys_of_several_realms_are_fetched_concurrently()
    {
        var realm = await DemoRealm.StartAsync();
        await realm.AddAsync(Other, keys: "other");
        using var held = realm.HoldResponses("https://other.example/");
        await using var app = await StartAsync(realm, Other);
        await ReadKeysAsync(app);
        realm.Keys.Rotate("RS256");
        var applied = Applied(app);

        var sent = app.PushAsync(
            "k_push_not_before",
            KeycloakCaller.Push(app, "PUSH_NOT_BEFORE", app.Realm.Now.ToUnixTimeSeconds()));

        await applied.WaitAsync(Patience, Cancelled);
        Assert.False(sent.IsCompleted);
        held.Dispose();
        await sent;
    }

    [Fact]
    public async Task A_logout_is_applied_even_if_its_sender_disconnects_while_the_keys_are_fetched()
    {
        await using var app = await KeycloakCaller.StartAsync();
        var token = KeycloakRevocationsTests.Token(app);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
        app.Realm.Keys.Rotate("RS256");
        app.Realm.Time.Advance(Cooldown);
        var applied = Applied(app, KeycloakBearerDefaults.AuthenticationScheme);
        var logout = KeycloakCaller.Logout(app);
        var requests = app.Realm.Requests.Total;
        using var held = app.Realm.HoldResponses();
        using var sender = new CancellationTokenSource();

        var sent = SendAsync(
            app,
            "/.keycloak/backchannel-logout",
            $"logout_token={logout.Text}",
            "application/x-www-form-urlencoded",
            sender.Token);
        await app.Realm.ArrivedAsync(requests + 1);
        await sender.CancelAsync();
        held.Dispose();

        await applied.WaitAsync(Patience, Cancelled);
        await Record.ExceptionAsync(() => sent);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);

        // A logout that was applied after its sender disconnected is not applied again.
        await app.LogoutAsync(logout).AssertRejectedAsync("It was received before.");
    }

    [Fact]
    public async Task No_push_is_lost_while_another_sender_posts_an_unknown_key_each_second()
    {
        var realm = await DemoRealm.StartAsync();
        await realm.AddAsync(Other, keys: "other");
        await using var app = await StartAsync(realm, Other);
        await ReadKeysAsync(app, ofBoth: true);
        var junk = new List<Task<HttpResponseMessage>>();
        var senders = new List<Task>();

        for (var second = 0; second < 5; second++)
        {
            junk.Add(app.PushAsync("k_push_not_before", Push(app).WithHeader("kid", $"\"junk-{second}\"")));
            var applied = Applied(app);
            using var sender = new CancellationTokenSource();
            var sent = SendAsync(app, "/.keycloak/k_push_not_before", Push(app).Text, "text/plain", sender.Token);

            await applied.WaitAsync(Patience, Cancelled);
            await sender.CancelAsync();
            senders.Add(sent);
            app.Realm.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var answers = Task.WhenAll(junk);
        while (!answers.IsCompleted || senders.Any(sent => !sent.IsCompleted))
        {
            // The wait of each request, including the last one, ends with a cooldown.
            app.Realm.Time.Advance(Cooldown);
            await Task.Yield();
        }

        Assert.All(await answers, answer => Assert.NotEqual(HttpStatusCode.NoContent, answer.StatusCode));
        Assert.Equal(0, app.Services.GetRequiredKeyedService<IKeycloakRevocations>("other").Count);
    }

    [Fact]
    public async Task Disconnected_senders_cannot_exceed_the_limit_of_waiting_verifications()
    {
        await using var app = await KeycloakCaller.StartAsync();
        await app.GetAsync("/me", KeycloakRevocationsTests.Token(app));
        app.Realm.Time.Advance(Cooldown);
        using var held = app.Realm.HoldResponses();
        var verification = app.Services.GetRequiredService<NotificationVerification>();
        var scheme = app.Services.GetRequiredService<NotificationSchemes>().All[0];
        ValueTask<NotificationOutcome> TakeAsync(CancellationToken disconnected)
        {
            Assert.Null(RealmMessage.Read(KeycloakCaller.Logout(app).WithHeader("kid", "\"junk\"").Text, out var message));
            var logout = new LogoutToken();
            Assert.Null(message.ReadInto(logout));
            return verification.TakeAsync(message, logout, disconnected);
        }

        var hungUp = new CancellationToken(canceled: true);
        var waiting = Enumerable.Range(0, NotificationVerification.MostWithoutSender).Select(_ => TakeAsync(hungUp).AsTask()).ToArray();
        Assert.True((await TakeAsync(hungUp)).IsUndecided);
        var connected = TakeAsync(Cancelled).AsTask();

        Assert.Equal(
            (NotificationVerification.MostWithoutSender, NotificationVerification.MostWithoutSender + 1),
            (verification.WithoutSender, scheme.Keys.Waiters));
        held.Dispose();
        await scheme.Keys.Settled;
        app.Realm.Time.Advance(DefaultCooldown);
        Assert.All(await Task.WhenAll([.. waiting, connected]), outcome => Assert.Equal(NotificationRejection.Key, outcome.Rejection));
        Assert.Equal((0, 0), (verification.WithoutSender, scheme.Keys.Waiters));
    }

    [Fact]
    public async Task A_logout_with_a_new_key_is_accepted_while_a_thousand_tokens_wait_for_unknown_keys()
    {
        await using var app = await KeycloakCaller.StartAsync();
        await app.GetAsync("/me", KeycloakRevocationsTests.Token(app));
        var keys = app.Services.GetRequiredService<NotificationSchemes>().All[0].Keys;
        app.Realm.Time.Advance(Cooldown);
        using var held = app.Realm.HoldResponses();
        var tokens = Enumerable.Range(0, 1000).Select(i => keys.FindAsync($"junk-{i}", app.Realm.Now, Cancelled).AsTask()).ToArray();
        Assert.True((await keys.FindAsync("junk", app.Realm.Now, Cancelled)).IsUnavailable);
        app.Realm.Keys.Rotate("RS256");

        var sent = app.LogoutAsync(KeycloakCaller.Logout(app));
        while (!sent.IsCompleted && keys.Waiters < tokens.Length + 1)
        {
            await Task.Yield();
        }

        // The fetch in progress began before the key existed. The next fetch, after the cooldown, returns the key.
        held.Dispose();
        await keys.Settled;
        app.Realm.Time.Advance(DefaultCooldown);

        Assert.Equal(HttpStatusCode.OK, (await sent).StatusCode);
        Assert.All(await Task.WhenAll(tokens), search => Assert.True(search.IsUnknown));
    }

    private static Task<ProtectedApp> StartAsync(DemoRealm realm, string issuer, string? metadata = null) => ProtectedApp.StartAsync(
        services => services
            .AddKeycloakBearer("other", options =>
            {
                (options.Authority, options.MetadataAddress, options.Resource, options.UnknownKeyCooldown) =
                    (issuer, metadata, DemoRealm.Audience, Cooldown);
                options.LoginClients.Add("storefront");
            })
            .AddKeycloakBearer("orders", options =>
            {
                (options.Authority, options.Resource, options.UnknownKeyCooldown) = (DemoRealm.Issuer, DemoRealm.Audience, Cooldown);
                options.LoginClients.Add("storefront");
            }),
        app => app.MapKeycloakEndpoints(),
        realm);

    /// <summary>Waits until the scheme of the demo realm has read its keys, and also the other scheme if its realm responds.</summary>
    private static async Task ReadKeysAsync(ProtectedApp app, bool ofBoth = false)
    {
        var schemes = app.Services.GetRequiredService<NotificationSchemes>().All;
        await schemes[1].Keys.Settled;
        if (ofBoth)
        {
            await schemes[0].Keys.Settled;
        }
    }

    /// <summary>Completes with the next revocation.</summary>
    private static Task Applied(ProtectedApp app, string scheme = "orders")
    {
        var applied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Services.GetRequiredKeyedService<IKeycloakRevocations>(scheme).Observe(_ => applied.TrySetResult());
        return applied.Task;
    }

    /// <summary>A push that ends a new session that no other push ends.</summary>
    private static SignedToken Push(ProtectedApp app) =>
        KeycloakCaller.Push(app, "PUSH_NOT_BEFORE", 0, $$""","keycloakSessionIds":["{{Guid.NewGuid()}}"]""");

    private static async Task<HttpResponseMessage> SendAsync(
        ProtectedApp app, string path, string body, string contentType, CancellationToken sender)
    {
        using var content = new StringContent(body, Encoding.Latin1, contentType);
        return await app.Client.PostAsync(path, content, sender);
    }
}
