using System.Net;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Tests.Notifications;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Revocation;

/// <summary>A session that Keycloak ended for a client stays ended for that client, even if Keycloak still issues tokens for it.</summary>
public sealed class EndedSessionsTests
{
    [Fact]
    public async Task A_token_refreshed_after_the_logout_is_rejected_until_the_session_would_have_ended_anyway()
    {
        await using var app = await KeycloakCaller.StartAsync();
        await LogOutAsync(app);

        app.Realm.Time.Advance(TimeSpan.FromHours(9));
        var refused = await app.GetAsync("/me", Refreshed(app));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("even if they were issued later", app.Realm.Log.Text("TokenRejected"), StringComparison.Ordinal);

        app.Realm.Time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", Refreshed(app))).StatusCode);
    }

    [Theory]
    [InlineData("sid", "session-2")]
    [InlineData("azp", "spa")]
    public async Task Other_sessions_of_the_client_and_other_clients_of_the_session_are_not_affected(string claim, string value)
    {
        await using var app = await KeycloakCaller.StartAsync();
        await LogOutAsync(app);
        app.Realm.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", Refreshed(app).WithText(claim, value))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", Refreshed(app))).StatusCode);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.OK)]
    [InlineData(true, HttpStatusCode.Unauthorized)]
    public async Task An_offline_session_outlives_the_logout_unless_keycloak_ended_it_too(
        bool revokesOfflineAccess, HttpStatusCode expected)
    {
        await using var app = await KeycloakCaller.StartAsync();
        var logout = KeycloakCaller.Logout(app);
        logout = revokesOfflineAccess
            ? logout.With("events", "{\"http://schemas.openid.net/event/backchannel-logout\":{},\"revoke_offline_access\":true}")
            : logout;
        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(logout)).StatusCode);
        app.Realm.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(expected, (await app.GetAsync("/me", Refreshed(app).WithText("scope", "openid offline_access"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await app.GetAsync("/me", Refreshed(app).WithText("scope", "openid not_offline_access"))).StatusCode);
    }

    [Fact]
    public async Task When_disabled_a_refreshed_token_is_accepted_and_an_older_one_is_rejected()
    {
        await using var app = await StartAsync(options => options.Revocation.EndedSessionLifetime = TimeSpan.Zero);
        var older = KeycloakRevocationsTests.Token(app);
        await LogOutAsync(app);
        app.Realm.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", Refreshed(app))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", older)).StatusCode);
    }

    [Fact]
    public async Task After_a_logout_token_without_a_session_the_user_can_log_in_again()
    {
        await using var app = await KeycloakCaller.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(KeycloakCaller.Logout(app).Without("sid"))).StatusCode);
        app.Realm.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", Refreshed(app))).StatusCode);
    }

    [Fact]
    public async Task Application_code_can_forward_the_event_to_another_process()
    {
        await using var first = await KeycloakCaller.StartAsync();
        await using var second = await StartAsync(_ => { });
        var other = Revocations(second);
        using var observation = Revocations(first).Observe(revocation => other.EndSession(revocation.Id!, revocation.EndedForClient!));

        await LogOutAsync(first);

        second.Realm.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.GetAsync("/me", Refreshed(second))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("/me", Refreshed(second).WithText("azp", "spa"))).StatusCode);
        Assert.Throws<ArgumentException>(() => other.EndSession("", "storefront"));
        Assert.Throws<ArgumentException>(() => other.EndSession("session-1", ""));
    }

    [Fact]
    public async Task An_open_connection_with_a_newer_token_is_closed_too()
    {
        await using var app = await KeycloakCaller.StartAsync();
        var closed = new TaskCompletionSource();
        using var watch = Revocations(app)
            .Watch(TokenUsers.User(app.Realm.Now.AddSeconds(20).ToUnixTimeSeconds(), "session-1", azp: "storefront"), closed.SetResult);

        await LogOutAsync(app);

        await closed.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void When_full_the_entries_that_expire_first_are_evicted_and_their_number_is_reported()
    {
        var time = new ManualTimeProvider();
        var dropped = new List<int>();
        var ended = new EndedSessions(100, TimeSpan.FromHours(10), time, dropped.Add);
        for (var i = 0; i < 107; i++)
        {
            Assert.True(ended.Add(Marks(i).SessionOfClient, TimeSpan.MaxValue));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([6], dropped);
        Assert.All(Enumerable.Range(0, 6), i => Assert.False(ended.Covers(Marks(i))));
        Assert.All(Enumerable.Range(6, 101), i => Assert.True(ended.Covers(Marks(i))));
        Assert.Equal(101, ended.Count);
    }

    [Fact]
    public void Expired_entries_are_evicted_first()
    {
        var time = new ManualTimeProvider();
        var ended = new EndedSessions(100, TimeSpan.FromHours(10), time, _ => Assert.Fail("No entry had to be evicted."));
        for (var i = 0; i < 1000; i++)
        {
            ended.Add(Marks(i).SessionOfClient, TimeSpan.MaxValue);
            time.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.InRange(ended.Count, 60, 106);
    }

    [Fact]
    public async Task When_full_the_log_warns_and_older_tokens_are_still_rejected()
    {
        await using var app = await StartAsync(options => options.Revocation.Capacity = 100);
        var token = KeycloakRevocationsTests.Token(app);
        Revocations(app).EndSession("session-1", "storefront");
        app.Realm.Time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 106; i++)
        {
            Revocations(app).EndSession($"other-{i}", "storefront");
        }

        Assert.Equal(1, app.Realm.Log.Count("EndedSessionsDropped"));
        Assert.Contains("EndedSessionLifetime", app.Realm.Log.Text("EndedSessionsDropped"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
    }

    [Fact]
    public void A_lookup_allocates_nothing()
    {
        var ended = new EndedSessions(100, TimeSpan.FromHours(10), new ManualTimeProvider());
        ended.Add(Marks(1).SessionOfClient, TimeSpan.MaxValue);
        var (known, other) = (Marks(1), Marks(2));
        var allocated = 0L;
        for (var i = 0; i < 100; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(ended.Covers(known) && !ended.Covers(other));
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    private static TokenMarks Marks(int session) => TokenUsers.Marks(1, $"session-{session}");

    private static Task<ProtectedApp> StartAsync(Action<KeycloakBearerOptions> configure) => ProtectedApp.StartAsync(
        services => services.AddKeycloakBearer(options =>
        {
            options.LoginClients.Add("storefront");
            configure(options);
        }),
        app => app.MapKeycloakEndpoints());

    private static async Task LogOutAsync(ProtectedApp app) =>
        Assert.Equal(HttpStatusCode.OK, (await app.LogoutAsync(KeycloakCaller.Logout(app))).StatusCode);

    private static SignedToken Refreshed(ProtectedApp app) => KeycloakRevocationsTests.Token(app)
        .WithText("jti", "token-2").WithDate("iat", app.Realm.Now).WithDate("exp", app.Realm.Now.AddMinutes(5));

    private static IKeycloakRevocations Revocations(ProtectedApp app) => app.Services.GetRequiredService<IKeycloakRevocations>();
}
