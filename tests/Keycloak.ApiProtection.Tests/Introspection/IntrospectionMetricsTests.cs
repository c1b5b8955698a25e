using System.Net;
using Keycloak.ApiProtection.Introspection;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Introspection;

/// <summary>
/// The metrics of introspection: requests, responses by kind, waits, ages, and requests that were accepted with a stale response.
/// </summary>
public sealed class IntrospectionMetricsTests
{
    [Fact]
    public async Task Introspection_requests_are_counted_by_reason()
    {
        await using var api = await CheckedAsync();
        using var metrics = new RecordedMetrics(api.Services);
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        api.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("200", await api.VerdictAsync(token));
        api.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("200", await api.VerdictAsync(token));
        await SettledAsync(api);

        Assert.Equal(["first", "again", "ahead"], metrics.Tags("questions", "reason"));
        Assert.Equal([1, 1, 1], metrics.Of("questions", "scheme", "Keycloak"));
    }

    [Fact]
    public async Task The_startup_check_is_counted_as_a_request()
    {
        await using var api = await IntrospectingApi.StartAsync(
            services => services.AddSingleton(provider => new RecordedMetrics(provider)),
            app => _ = app.Services.GetRequiredService<RecordedMetrics>(),
            options => options.Introspection.Mode = IntrospectionMode.Always);
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);

        var metrics = api.Services.GetRequiredService<RecordedMetrics>();
        Assert.Equal(["check"], metrics.Tags("questions", "reason"));
    }

    [Fact]
    public async Task Responses_and_their_durations_are_recorded_by_kind()
    {
        await using var api = await CheckedAsync();
        using var metrics = new RecordedMetrics(api.Services);
        Assert.Equal("200", await api.VerdictAsync(api.Token()));
        api.Realm.Users.Disable("bob");
        Assert.Equal("401 inactive", await api.VerdictAsync(api.Token("bob")));
        var refused = api.Token();
        var foreign = Answers.Of(refused);
        foreign["aud"] = "account";
        api.Line.Instead = _ => Responses.Of(foreign.ToJsonString());
        Assert.Equal("401 audience", await api.VerdictAsync(refused));
        Assert.Equal("503", await api.VerdictAsync(api.Token()));
        api.Line.Instead = _ => Responses.Of("", HttpStatusCode.InternalServerError);
        Assert.Equal("503", await api.VerdictAsync(api.Token()));
        await SettledAsync(api);

        Assert.Equal(["active", "inactive", "refused", "failed_mismatch", "failed_status"], metrics.Tags("answers", "kind"));
        Assert.Equal(metrics.Tags("answers", "kind"), metrics.Tags("duration", "kind"));
        Assert.All(metrics.Of("answers"), count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Waits_and_durations_are_in_seconds_and_a_request_that_does_not_wait_records_none()
    {
        await using var api = await CheckedAsync(options => options.Introspection.Timeout = TimeSpan.FromMinutes(1));
        using var metrics = new RecordedMetrics(api.Services);
        var token = api.Token();
        api.Line.Hold();
        var request = api.VerdictAsync(token);
        await api.Line.ArrivedAsync(1);
        api.Time.Advance(TimeSpan.FromSeconds(3));
        api.Line.Release();
        Assert.Equal("200", await request);
        Assert.Equal("200", await api.VerdictAsync(token));
        await SettledAsync(api);

        Assert.Equal([3], metrics.Of("wait"));
        Assert.Equal([3], metrics.Of("duration"));
    }

    [Fact]
    public async Task The_recorded_age_is_that_of_the_response_used_to_accept_a_request()
    {
        await using var api = await CheckedAsync();
        using var metrics = new RecordedMetrics(api.Services);
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        api.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("200", await api.VerdictAsync(token));
        api.Realm.Users.Disable("bob");
        Assert.Equal("401 inactive", await api.VerdictAsync(api.Token("bob")));

        Assert.Equal([0, 10], metrics.Of("age"));
    }

    [Fact]
    public async Task Only_requests_accepted_with_a_stale_response_are_counted_as_stale()
    {
        await using var api = await CheckedAsync(options => options.Introspection.StaleIfError = TimeSpan.FromMinutes(1));
        using var metrics = new RecordedMetrics(api.Services);
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        api.Realm.Faults.GoDown();
        api.Time.Advance(TimeSpan.FromSeconds(31));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("200", await api.VerdictAsync(token));
        }

        Assert.Equal("503", await api.VerdictAsync(api.Token()));
        Assert.Equal([1, 1, 1, 1, 1], metrics.Of("stale", "scheme", "Keycloak"));
    }

    private static async Task<IntrospectingApi> CheckedAsync(Action<KeycloakBearerOptions>? configure = null)
    {
        var api = await IntrospectingApi.StartAsync(configure);
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        return api;
    }

    private static Task SettledAsync(IntrospectingApi api) => IntrospectingApi.Eventually(() => api.Introspector.InFlight == 0);
}
