using System.Net;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.Tests.Introspection;
using Keycloak.ApiProtection.Tests.Journal;
using Keycloak.ApiProtection.Tests.Revocation;
using Keycloak.ApiProtection.Tests.StoredEvents;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Keycloak.ApiProtection.Tests.Health;

public sealed class KeycloakHealthCheckTests
{
    [Fact]
    public async Task An_API_that_has_the_keys_is_healthy_and_the_check_sends_no_request()
    {
        await using var app = await StartAsync();
        await KeysAsync(app);
        var sent = app.Realm.Requests.Total;

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Null(entry.Description);
        Assert.Equal(DemoRealm.Issuer, entry.Data["Keycloak.issuer"]);
        Assert.True((int)entry.Data["Keycloak.keys"] > 0);
        Assert.Equal(sent, app.Realm.Requests.Total);
    }

    [Fact]
    public async Task An_API_without_keys_is_unhealthy_because_its_requests_get_503()
    {
        await using var realm = await DemoRealm.StartDownAsync();
        await using var app = await StartAsync(realm);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await app.StatusAsync(realm.Alice));

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.StartsWith("Keycloak: the realm's keys cannot be used (", entry.Description, StringComparison.Ordinal);
        Assert.Equal(0, entry.Data["Keycloak.keys"]);
    }

    [Fact]
    public async Task An_outage_of_Keycloak_degrades_an_API_that_has_the_keys_and_does_not_take_it_out_of_service()
    {
        await using var app = await StartAsync();
        await KeysAsync(app);
        app.Realm.Faults.GoDown();
        app.Realm.Time.Advance(TimeSpan.FromMinutes(6));
        await app.StatusAsync(app.Alice);
        await app.Services.GetRequiredService<KeycloakSchemes>().Get("Keycloak").Keys.Settled;

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("The cached keys are used.", entry.Description, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync(app.Alice));
    }

    [Fact]
    public async Task Introspection_without_a_response_degrades_the_API()
    {
        await using var api = await IntrospectingApi.StartAsync(
            services => services.AddHealthChecks().AddKeycloak(),
            _ => { },
            options => options.Introspection.Mode = IntrospectionMode.Always);
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal("ok", (await CheckAsync(api.Services)).Data["Keycloak.introspection"]);
        api.Realm.Faults.GoDown();
        api.Time.Advance(TimeSpan.FromSeconds(31));
        await api.VerdictAsync(token);

        var entry = await CheckAsync(api.Services);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal("failing", entry.Data["Keycloak.introspection"]);
    }

    [Theory]
    [InlineData(UnreadableJournal.Reject, HealthStatus.Unhealthy)]
    [InlineData(UnreadableJournal.Introspect, HealthStatus.Unhealthy)]
    [InlineData(UnreadableJournal.Continue, HealthStatus.Degraded)]
    public async Task A_silent_journal_counts_as_the_options_handle_it(UnreadableJournal handling, HealthStatus status)
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddHealthChecks().AddKeycloak();
                services.AddKeycloakBearer(_ => { })
                    .AddRevocationJournal(options => options.WhenUnreadable = handling).Use(_ => journal);
            },
            realm);
        await KeysAsync(app);
        await app.UntilAsync(() => Task.FromResult(journal.Reads > 2));
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(app)).Status);
        journal.IsDown = true;
        realm.Time.Advance(TimeSpan.FromSeconds(16));

        var entry = await CheckAsync(app);

        Assert.Equal(status, entry.Status);
        Assert.Equal("Silent", entry.Data["journal"]);
        Assert.Contains($"handled as the options say: {handling}.", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_that_does_not_accept_revocations_degrades_the_API_until_it_does()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddHealthChecks().AddKeycloak();
                services.AddKeycloakBearer(_ => { }).AddRevocationJournal().Use(_ => journal);
            },
            realm);
        await KeysAsync(app);
        journal.IsDown = true;
        app.Revocations().RevokeSession("session-1");
        await app.UntilAsync(() => Task.FromResult(realm.Log.Count("JournalAppendFailed") == 1));

        var entry = await CheckAsync(app);

        Assert.NotEqual(HealthStatus.Healthy, entry.Status);
        Assert.Equal(1, entry.Data["journal.waiting"]);
        Assert.Contains("The journal does not accept revocations; 1 wait in memory.", entry.Description, StringComparison.Ordinal);
        journal.IsDown = false;
        await app.UntilAsync(async () => (await CheckAsync(app)).Status == HealthStatus.Healthy);
    }

    [Fact]
    public async Task Stored_events_that_cannot_be_read_degrade_the_API()
    {
        await using var realm = await EventStoreRealm.StartAsync(
            polls: false, configure: null, services => services.AddHealthChecks().AddKeycloak());
        await KeysAsync(realm.App);
        await realm.PollAsync();
        Assert.Equal("ok", (await CheckAsync(realm.App)).Data["Keycloak.stored_events"]);
        realm.Instead = request => request.RequestUri!.AbsolutePath.StartsWith("/admin/", StringComparison.Ordinal)
            ? Responses.Of("", HttpStatusCode.Forbidden)
            : null;
        await realm.PollAsync();

        var entry = await CheckAsync(realm.App);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("the stored events of Keycloak cannot be read", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_the_status_and_the_tags_are_those_of_the_application()
    {
        await using var realm = await DemoRealm.StartDownAsync();
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer(_ => { });
                services.AddHealthChecks().AddKeycloak("tokens", HealthStatus.Degraded, ["live"]);
            },
            realm);

        var report = await app.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(check => check.Tags.Contains("live"), TestContext.Current.CancellationToken);

        Assert.Equal(HealthStatus.Degraded, report.Entries["tokens"].Status);
    }

    [Fact]
    public async Task A_probe_gets_the_status_over_HTTP()
    {
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer(_ => { });
                services.AddHealthChecks().AddKeycloak();
            },
            app => app.MapHealthChecks("/ready"));
        await KeysAsync(app);

        using var response = await app.GetAsync("/ready");

        Assert.Equal("Healthy", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static Task<ProtectedApp> StartAsync(DemoRealm? realm = null) => ProtectedApp.StartAsync(
        services =>
        {
            services.AddKeycloakBearer(_ => { });
            services.AddHealthChecks().AddKeycloak();
        },
        realm);

    private static async Task KeysAsync(ProtectedApp app) =>
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync(KeycloakRevocationsTests.Token(app)));

    private static Task<HealthReportEntry> CheckAsync(ProtectedApp app) => CheckAsync(app.Services);

    private static async Task<HealthReportEntry> CheckAsync(IServiceProvider services)
    {
        var checks = services.GetRequiredService<HealthCheckService>();
        return (await checks.CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["keycloak"];
    }
}
