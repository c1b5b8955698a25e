using System.Diagnostics.Metrics;
using System.Net;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Revocation;

public sealed class KeycloakRevocationsTests
{
    public static TheoryData<string, Action<IKeycloakRevocations>> Acts => new()
    {
        { "The token's session ended", revocations => revocations.RevokeSession("session-1") },
        { "All sessions of the token's user ended", revocations => revocations.RevokeUser("user-1") },
        { "before the not-before of its client", revocations => revocations.NotBefore("storefront", Clock) },
        { "before the not-before for all tokens of the realm", revocations => revocations.NotBefore(Clock) },
        { "session (sid) ended for the token's client", revocations => revocations.RevokeClientSession("session-1", "storefront") },
        { "All sessions of the token's user ended (sub)", revocations => revocations.RevokeOnlineSessions("user-1") },
        { "This token was revoked", revocations => revocations.RevokeToken("token-1", Clock.AddMinutes(4)) },
    };

    // The clock of the test realm advances only when a test advances it.
    private static readonly DateTimeOffset Clock = new ManualTimeProvider().GetUtcNow();

    [Theory]
    [MemberData(nameof(Acts), DisableDiscoveryEnumeration = true)]
    public async Task A_token_is_rejected_after_the_event_and_the_log_names_the_event(string reason, Action<IKeycloakRevocations> act)
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = Token(app);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);

        act(Revocations(app));

        var refused = await app.GetAsync("/me", token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains(
            "error=\"invalid_token\", error_description=\"The access token was revoked\"",
            refused.Headers.WwwAuthenticate.ToString(),
            StringComparison.Ordinal);
        Assert.Contains("(revoked)", app.Realm.Log.Text("TokenRejected"), StringComparison.Ordinal);
        Assert.Contains(reason, app.Realm.Log.Text("TokenRejected"), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(30, HttpStatusCode.Unauthorized)]
    [InlineData(31, HttpStatusCode.OK)]
    public async Task A_revocation_without_a_time_allows_for_the_clock_skew_of_Keycloak(int ahead, HttpStatusCode expected)
    {
        Action<IKeycloakRevocations>[] acts =
        [
            revocations => revocations.RevokeSession("session-1"), revocations => revocations.RevokeUser("user-1"),
            revocations => revocations.EndSession("session-1", "other"),
        ];
        foreach (var act in acts)
        {
            await using var app = await ProtectedApp.StartAsync();
            var token = Token(app).WithDate("iat", app.Realm.Now.AddSeconds(ahead));

            act(Revocations(app));

            app.Realm.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(expected, (await app.GetAsync("/me", token)).StatusCode);
        }
    }

    [Fact]
    public async Task After_a_revocation_with_a_time_a_user_can_log_in_again()
    {
        await using var app = await ProtectedApp.StartAsync();
        Revocations(app).RevokeUser("user-1", app.Realm.Now);

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", Token(app).WithDate("iat", app.Realm.Now))).StatusCode);
        app.Realm.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", Token(app).WithDate("iat", app.Realm.Now))).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Acts), DisableDiscoveryEnumeration = true)]
    public async Task Other_tokens_and_newer_tokens_are_accepted(string reason, Action<IKeycloakRevocations> act)
    {
        Assert.NotEmpty(reason);
        await using var app = await ProtectedApp.StartAsync();
        var token = Token(app);
        act(Revocations(app));

        // More than the clock skew, because the clock of Keycloak may be ahead.
        app.Realm.Time.Advance(TimeSpan.FromSeconds(31));
        var younger = token.WithDate("iat", app.Realm.Now).WithText("jti", "token-2");
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", younger)).StatusCode);
        if (!reason.Contains("all tokens", StringComparison.Ordinal))
        {
            var other = token.WithText("sid", "session-2").WithText("sub", "user-2").WithText("azp", "spa").WithText("jti", "token-2");
            Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", other)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
    }

    [Fact]
    public async Task A_session_that_ended_for_one_client_continues_for_another_client()
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = Token(app);
        Revocations(app).RevokeClientSession("session-1", "storefront");

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token.WithText("azp", "spa"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token.WithText("sid", "session-2"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token.Without("sid"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token.WithText("scope", "openid offline_access"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Throws<ArgumentException>(() => Revocations(app).RevokeClientSession("", "storefront"));
        Assert.Throws<ArgumentException>(() => Revocations(app).RevokeClientSession("session-1", ""));
    }

    [Theory]
    [InlineData("onrtro:0f1c", HttpStatusCode.Unauthorized)]
    [InlineData("ofrtro:0f1c", HttpStatusCode.OK)]
    [InlineData("trrtcc:0f1c", HttpStatusCode.OK)]
    [InlineData("of00f1c2-7d3e-4b5a-9c1d-2e3f4a5b6c7d", HttpStatusCode.Unauthorized)]
    [InlineData("ofrtro", HttpStatusCode.Unauthorized)]
    public async Task The_end_of_the_online_sessions_of_a_user_spares_tokens_of_offline_and_transient_sessions(
        string id, HttpStatusCode expected)
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = Token(app).WithText("jti", id);
        Revocations(app).RevokeOnlineSessions("user-1");
        Assert.Equal(expected, (await app.GetAsync("/me", token)).StatusCode);

        Revocations(app).RevokeUser("user-1");
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Throws<ArgumentException>(() => Revocations(app).RevokeOnlineSessions(""));
    }

    [Fact]
    public async Task An_open_connection_is_closed_when_its_session_ends_for_its_client_or_with_the_online_sessions_of_its_user()
    {
        await using var app = await ProtectedApp.StartAsync();
        var closed = new List<TaskCompletionSource> { new(), new() };
        var issuedAt = app.Realm.Now.ToUnixTimeSeconds();
        using var one = Revocations(app).Watch(TokenUsers.User(issuedAt, "session-1"), closed[0].SetResult);
        using var two = Revocations(app).Watch(TokenUsers.User(issuedAt, "session-2", jti: "onrtac:2"), closed[1].SetResult);
        using var offline = Revocations(app).Watch(TokenUsers.User(issuedAt, "session-3", jti: "ofrtac:3"), () => Assert.Fail("Closed."));

        Revocations(app).RevokeClientSession("session-1", "c");
        Revocations(app).RevokeOnlineSessions("u");

        await Task.WhenAll(closed.Select(connection => connection.Task)).WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, ((KeycloakRevocations)Revocations(app)).Watches);
    }

    [Fact]
    public async Task An_observer_gets_all_that_another_process_needs_to_apply_the_event()
    {
        await using var app = await ProtectedApp.StartAsync();
        var told = new List<KeycloakRevocation>();
        using var observation = Revocations(app).Observe(told.Add);

        Revocations(app).RevokeClientSession("session-1", "storefront");
        Revocations(app).RevokeOnlineSessions("user-1");
        Revocations(app).RecheckUser("user-1", "storefront");
        Revocations(app).RecheckUser("user-1");
        Revocations(app).RecheckUser("user-1");
        Revocations(app).RecheckAll(app.Realm.Now);

        Assert.Equal(
            [
                (RevocationKind.ClientSession, "session-1", "storefront", false),
                (RevocationKind.User, "user-1", null, true),
                (RevocationKind.RecheckUser, "user-1", "storefront", false),
                (RevocationKind.RecheckUser, "user-1", null, false),
                (RevocationKind.RecheckUser, "user-1", null, false),
                (RevocationKind.RecheckAll, null, null, false),
            ],
            told.Select(revocation => (revocation.Kind, revocation.Id, revocation.ClientId, revocation.OnlineSessionsOnly)));
        Assert.Equal(app.Realm.Now, told[^1].IssuedUntil);
    }

    [Fact]
    public async Task An_event_without_a_name_changes_nothing()
    {
        await using var app = await ProtectedApp.StartAsync();
        var revocations = (KeycloakRevocations)Revocations(app);
        var kinds = new[]
        {
            RevocationKind.Session, RevocationKind.User, RevocationKind.Client, RevocationKind.Token, RevocationKind.ClientSession,
            RevocationKind.RecheckUser,
        };

        Assert.All(
            kinds,
            kind => Assert.False(revocations.Apply(revocations.Event(kind, null, app.Realm.Now, RevocationSource.Application))));
        Assert.False(revocations.Apply(
            revocations.Event(RevocationKind.ClientSession, "session-1", app.Realm.Now, RevocationSource.Application)));
        Assert.Equal((0, 0), (revocations.Count, revocations.Rechecks));
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", Token(app).Without("sid"))).StatusCode);
    }

    [Fact]
    public async Task A_token_of_the_same_second_as_the_event_is_rejected_because_it_may_be_older()
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = Token(app).WithDate("iat", app.Realm.Now);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);

        Revocations(app).RevokeSession("session-1", app.Realm.Now.AddMilliseconds(600));

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
    }

    [Fact]
    public async Task After_consent_is_withdrawn_the_other_clients_of_the_session_need_only_one_refresh()
    {
        await using var app = await ProtectedApp.StartAsync();
        var storefront = Token(app);
        var spa = Token(app).WithText("azp", "spa").WithText("jti", "token-2");

        Revocations(app).RevokeSession("session-1", app.Realm.Now);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", storefront)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", spa)).StatusCode);

        app.Realm.Time.Advance(TimeSpan.FromSeconds(1));
        var refreshed = spa.WithText("jti", "token-3").WithDate("iat", app.Realm.Now);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", refreshed)).StatusCode);
    }

    [Fact]
    public async Task A_session_is_also_read_from_session_state()
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = Token(app).Without("sid").WithText("session_state", "session-1");
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);

        Revocations(app).RevokeSession("session-1");

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
    }

    [Fact]
    public async Task A_session_id_with_JSON_escapes_is_matched()
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = Token(app).With("sid", "\"session\\u002d1\"");
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);

        Revocations(app).RevokeSession("session-1");

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
    }

    [Fact]
    public async Task Tokens_older_than_the_watermark_are_rejected_with_their_own_code_and_the_log_warns_once()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.Revocation.Capacity = 100);
        var revocations = Revocations(app);
        var token = Token(app);
        for (var i = 0; i < 106; i++)
        {
            revocations.RevokeSession($"other-{i}", app.Realm.Now.AddSeconds(-30));
        }

        Assert.Null(revocations.Watermark);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
        revocations.RevokeSession("one too many", app.Realm.Now);

        Assert.Equal(app.Realm.Now.AddSeconds(-30), revocations.Watermark);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Contains("(revocation_watermark)", app.Realm.Log.Text("TokenRejected"), StringComparison.Ordinal);
        Assert.Contains("Raise Revocation.Capacity", app.Realm.Log.Text("RevocationsMerged"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token.WithDate("iat", app.Realm.Now.AddSeconds(-29)))).StatusCode);
    }

    [Fact]
    public async Task A_token_that_outlives_revocations_causes_one_warning()
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = Token(app);
        await app.GetAsync("/me", token.WithDate("exp", app.Realm.Now.AddSeconds(3540)));
        Assert.Equal(0, app.Realm.Log.Count("TokenOutlivesRevocations"));

        await app.GetAsync("/me", token.WithDate("exp", app.Realm.Now.AddSeconds(3541)));
        await app.GetAsync("/me", token.WithDate("exp", app.Realm.Now.AddSeconds(3542)));

        Assert.Contains("Revocation.Lifetime", app.Realm.Log.Text("TokenOutlivesRevocations"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revocation_applies_only_to_its_own_scheme()
    {
        await using var app = await ProtectedApp.StartAsync(services => services
            .AddKeycloakBearer("one", options => (options.Authority, options.Resource) = (DemoRealm.Issuer, DemoRealm.Audience))
            .AddKeycloakBearer("two", options => (options.Authority, options.Resource) = (DemoRealm.Issuer, DemoRealm.Audience)));
        var token = Token(app);

        app.Services.GetRequiredKeyedService<IKeycloakRevocations>("two").RevokeSession("session-1");
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
        app.Services.GetRequiredKeyedService<IKeycloakRevocations>("one").RevokeSession("session-1");
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);

        var failure = Assert.Throws<InvalidOperationException>(app.Services.GetRequiredService<IKeycloakRevocations>);
        Assert.Contains("FromKeyedServices(\"one\")", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observers_are_notified_of_effective_events_only_and_a_throwing_observer_does_not_affect_others()
    {
        await using var app = await ProtectedApp.StartAsync();
        var revocations = Revocations(app);
        var told = new List<KeycloakRevocation>();
        using var throwing = revocations.Observe(_ => throw new InvalidOperationException("mine"));
        var observation = revocations.Observe(told.Add);

        revocations.RevokeSession("session-1");
        revocations.RevokeSession("session-1");
        revocations.NotBefore(app.Realm.Now);
        revocations.NotBefore(DateTimeOffset.UnixEpoch);
        revocations.NotBefore(app.Realm.Now.AddHours(-1));
        observation.Dispose();
        revocations.RevokeUser("user-2", app.Realm.Now.AddSeconds(5));

        Assert.Equal(
            [(RevocationKind.Session, "session-1"), (RevocationKind.Realm, null)],
            told.Select(revocation => (revocation.Kind, revocation.Id)));
        Assert.Equal(app.Realm.Now.AddSeconds(30), told[0].IssuedUntil);
        Assert.Equal(app.Realm.Now.AddSeconds(30).AddHours(1), told[0].ExpiresAt);
        Assert.Equal(3, app.Realm.Log.Count("RevocationObserverFailed"));
    }

    [Fact]
    public async Task A_watch_calls_back_once_and_only_for_its_own_token()
    {
        await using var app = await ProtectedApp.StartAsync();
        var revocations = Revocations(app);
        var issuedAt = app.Realm.Now.ToUnixTimeSeconds();
        var mine = new TaskCompletionSource();
        var others = 0;
        using var watch = revocations.Watch(TokenUsers.User(issuedAt, "session-1"), mine.SetResult);
        using var other = revocations.Watch(TokenUsers.User(issuedAt, "session-2", "user-2"), () => others++);
        using var ended = revocations.Watch(TokenUsers.User(issuedAt, "session-1"), () => others++);
        ended.Dispose();
        using var anonymous = revocations.Watch(new(), () => others++);

        revocations.RevokeSession("session-1", app.Realm.Now);
        await mine.Task.WaitAsync(TestContext.Current.CancellationToken);
        revocations.RevokeUser("u", app.Realm.Now);

        Assert.Equal(0, others);
        Assert.Equal(1, ((KeycloakRevocations)revocations).Watches);
        Assert.True(revocations.IsRevoked(TokenUsers.User(issuedAt, "session-1")));
        Assert.False(revocations.IsRevoked(TokenUsers.User(issuedAt + 1, "session-1")));
    }

    [Fact]
    public async Task A_watch_that_starts_after_the_event_calls_back_immediately()
    {
        await using var app = await ProtectedApp.StartAsync();
        Revocations(app).RevokeSession("session-1");
        var told = new TaskCompletionSource();

        using var watch = Revocations(app).Watch(TokenUsers.User(app.Realm.Now.ToUnixTimeSeconds(), "session-1"), told.SetResult);

        await told.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Revoking_with_the_maximum_date_is_possible()
    {
        await using var app = await ProtectedApp.StartAsync();
        Revocations(app).RevokeSession("session-1", DateTimeOffset.MaxValue);
        Revocations(app).RevokeToken("token-1", DateTimeOffset.MaxValue);

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", Token(app))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", Token(app).WithText("sid", "x").WithText("jti", "x"))).StatusCode);
        Assert.Throws<ArgumentException>(() => Revocations(app).RevokeSession(string.Empty));
    }

    [Fact]
    public async Task Revocations_are_reported_as_metrics()
    {
        await using var app = await ProtectedApp.StartAsync();
        var meters = app.Services.GetRequiredService<IMeterFactory>();
        var seen = new Dictionary<string, (long Sum, string Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == meters)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Measure(string name, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            seen[name] =
                (seen.GetValueOrDefault(name).Sum + value, string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measure(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Measure(instrument.Name, value, tags));
        listener.Start();

        Revocations(app).RevokeSession("session-1");
        await app.GetAsync("/me", Token(app));
        listener.RecordObservableInstruments();

        Assert.Equal((1, "scheme=Keycloak,kind=session,source=application"), seen["keycloak.revocations"]);
        Assert.Equal((1, "scheme=Keycloak,kind=session"), seen["keycloak.revocations.refusals"]);
        Assert.Equal((1, "scheme=Keycloak"), seen["keycloak.revocations.held"]);
    }

    internal static SignedToken Token(ProtectedApp app) =>
        app.Alice.WithText("sid", "session-1").WithText("sub", "user-1").WithText("azp", "storefront").WithText("jti", "token-1");

    private static IKeycloakRevocations Revocations(ProtectedApp app) => app.Services.GetRequiredService<IKeycloakRevocations>();
}
