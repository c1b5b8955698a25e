using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.StoredEvents;
using Keycloak.ApiProtection.Tests.Introspection;
using Keycloak.ApiProtection.Tests.Revocation;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests.StoredEvents;

public sealed class StoredEventsPipelineTests
{
    [Fact]
    public async Task A_token_is_rejected_after_the_poll_that_reads_its_logout()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        var token = KeycloakRevocationsTests.Token(realm.App);
        await realm.PollAsync();
        realm.Happened("LOGOUT", new JsonObject { ["sessionId"] = "session-1" });
        Assert.Equal(HttpStatusCode.OK, (await realm.App.GetAsync("/me", token)).StatusCode);

        await realm.PollAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, (await realm.App.GetAsync("/me", token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await realm.App.GetAsync("/me", token.WithText("sid", "session-2"))).StatusCode);
    }

    [Fact]
    public async Task The_application_polls_once_per_interval_by_itself()
    {
        await using var realm = await EventStoreRealm.StartAsync(
            polls: true, options => options.StoredEvents.PollInterval = TimeSpan.FromSeconds(2));
        await IntrospectingApi.Eventually(() => realm.Feed.State.LastSuccess is not null);
        Assert.Equal(1, realm.Realm.Log.Count("StoredEventsRead"));
        realm.Happened("LOGOUT", new JsonObject { ["sessionId"] = "session-1" });

        // The pause begins some time after the poll has ended. The time must not pass faster than requests are answered, because they have
        // a time limit and the event expires.
        var clock = Stopwatch.StartNew();
        for (var advanced = 0; realm.Effects.Count == 0; await Task.Yield())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "The event was not read within a minute.");
            if (clock.Elapsed.TotalSeconds * 20 > advanced)
            {
                advanced++;
                realm.Time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        Assert.Equal("session-1", Assert.Single(realm.Effects).Id);
    }

    [Fact]
    public async Task When_it_is_another_replicas_turn_nothing_is_read_and_silence_is_no_problem()
    {
        var turn = new Turn();
        await using var realm = await EventStoreRealm.StartAsync(
            polls: false, add: services => services.AddSingleton<IPollingTurn>(turn));
        realm.Happened("LOGOUT", new JsonObject { ["sessionId"] = "session-1" });
        Assert.Equal(TimeSpan.FromSeconds(1), await realm.PollAsync());
        realm.Time.Advance(TimeSpan.FromMinutes(5));
        await realm.PollAsync();
        Assert.Empty(realm.Queries);
        Assert.False(realm.Feed.State.IsMyTurn);
        Assert.Equal(TimeSpan.Zero, realm.Feed.Silence);

        turn.IsMine = true;
        await realm.PollAsync();

        Assert.Single(realm.Effects);
        Assert.True(realm.Feed.State.IsMyTurn);
        Assert.Equal(0, realm.Realm.Log.Count("StoredEventsSilent"));
    }

    [Fact]
    public async Task Polls_and_events_are_counted()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        var meters = realm.App.Services.GetRequiredService<IMeterFactory>();
        var seen = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name.StartsWith("keycloak.stored_events", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            seen.Add($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}");
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measure(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measure(instrument, value, tags));
        _ = realm.Feed;
        listener.Start();
        realm.Happened("LOGOUT", new JsonObject { ["sessionId"] = "session-1" });
        realm.Happened("LOGOUT", new JsonObject { ["sessionId"] = "session-1" });
        realm.Happened("LOGOUT");
        realm.Administered("ACTION", "USER", "users/user-1/reset-password");

        await realm.PollAsync();
        realm.Time.Advance(TimeSpan.FromSeconds(7));
        listener.RecordObservableInstruments();

        Assert.Equal(
            [
                "keycloak.stored_events 1 Keycloak LOGOUT applied",
                "keycloak.stored_events 1 Keycloak LOGOUT unchanged",
                "keycloak.stored_events 1 Keycloak LOGOUT unreadable",
                "keycloak.stored_events 1 Keycloak other ignored",
                "keycloak.stored_events.polls 1 Keycloak ok",
                "keycloak.stored_events.silence 7 Keycloak",
            ],
            seen);
    }

    [Fact]
    public async Task The_options_come_from_the_section_events_and_code_takes_precedence()
    {
        await using var app = await ProtectedApp.StartAsync(services => services
            .AddKeycloakBearer(Section(
                ("Events:PollInterval", "5"), ("Events:Overlap", "00:01:00"), ("Events:max-silence", "120"),
                ("Events:AdminAddress", "https://admin.example/admin/realms/demo")))
            .AddKeycloakEvents(options => options.PollInterval = TimeSpan.FromSeconds(3)));
        var events = app.Services.GetRequiredService<IOptionsMonitor<KeycloakBearerOptions>>().Get("Keycloak").StoredEvents;

        Assert.Equal(
            (TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), "https://admin.example/admin/realms/demo"),
            (events.PollInterval, events.Overlap, events.MaxSilence, events.AdminAddress));
    }

    [Theory]
    [InlineData("Events:PollIntervals", "5", "PollInterval")]
    [InlineData("Events:PollInterval", "00:00:00.05", "Events.PollInterval")]
    [InlineData("Events:Overlap", "0", "Events.Overlap")]
    [InlineData("Events:MaxSilence", "1", "Events.MaxSilence")]
    [InlineData("Events:AdminAddress", "https://admin.example", "Events.AdminAddress")]
    [InlineData("Events:AdminAddress", "http://admin.example/admin/realms/demo", "is not HTTPS")]
    [InlineData("Events", "on", "Events")]
    [InlineData("MetadataAddress", "https://kc.example/metadata", "Events.AdminAddress")]
    [InlineData("credentials:secret", "", "Service account roles")]
    public async Task A_wrong_setting_stops_the_start(string key, string value, string message)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => ProtectedApp.StartAsync(services => services
            .AddKeycloakBearer(Section((key, value))).AddKeycloakEvents()));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_section_without_the_call_is_reported()
    {
        await using var realm = await DemoRealm.StartAsync();
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(Section(("Events:PollInterval", "5"))), realm);

        Assert.Contains("AddKeycloakEvents()", realm.Log.Text("DoubtfulSetting"), StringComparison.Ordinal);
    }

    private static IConfiguration Section(params (string Key, string Value)[] settings)
    {
        var values = new Dictionary<string, string?>
        {
            ["Authority"] = DemoRealm.Issuer,
            ["resource"] = DemoRealm.Audience,
            ["credentials:secret"] = "secret",
        };
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }

    private sealed class Turn : IPollingTurn
    {
        public bool IsMine { get; set; }

        public ValueTask<bool> MayPollAsync(Uri store, CancellationToken cancellationToken) => new(IsMine);
    }
}
