using System.Net;
using System.Net.Http.Headers;
using Keycloak.ApiProtection.Introspection;

namespace Keycloak.ApiProtection.Tests.Introspection;

/// <summary>
/// A Keycloak that is unavailable does not receive many requests, and requests resume soon after it is available again.
/// </summary>
public sealed class IntrospectionBackoffTests
{
    [Fact]
    public async Task Early_refreshes_do_not_overload_a_Keycloak_that_is_down()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        api.Time.Advance(TimeSpan.FromSeconds(29));
        api.Realm.Faults.GoDown();

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("200", await api.VerdictAsync(token));
            await IntrospectingApi.Eventually(() => api.Introspector.InFlight == 0);
        }

        Assert.Equal(2, api.Line.Questions);
    }

    [Fact]
    public async Task After_the_pause_one_request_probes_Keycloak_and_all_others_get_a_503()
    {
        await using var api = await FailedAsync();
        api.Time.Advance(TimeSpan.FromSeconds(1));
        api.Realm.Faults.ComeBack();
        var (questions, probes) = (api.Line.Questions, api.Line.Probes);
        api.Line.HoldProbes();
        var first = api.VerdictAsync(api.Token());
        await api.Line.ProbeArrivedAsync(probes + 1);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("503", await api.VerdictAsync(api.Token()));
        }

        Assert.Equal((questions, probes + 1), (api.Line.Questions, api.Line.Probes));
        api.Line.ReleaseProbes();
        Assert.Equal("200", await first);
        Assert.Equal("200", await api.VerdictAsync(api.Token()));
    }

    [Fact]
    public async Task Concurrent_requests_that_fail_together_count_as_one_failure()
    {
        await using var api = await IntrospectingApi.StartAsync();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        api.Line.Instead = _ => Responses.Of("", HttpStatusCode.BadGateway);
        api.Line.Hold();
        var requests = Enumerable.Range(0, 20).Select(_ => api.VerdictAsync(api.Token())).ToArray();
        await api.Line.ArrivedAsync(20);
        api.Line.Release();
        Assert.All(await Task.WhenAll(requests), verdict => Assert.Equal("503", verdict));

        api.Line.Instead = null;
        api.Time.Advance(TimeSpan.FromMilliseconds(301));

        Assert.Equal("200", await api.VerdictAsync(api.Token()));
    }

    [Fact]
    public async Task After_a_recovery_the_pauses_are_short_again()
    {
        await using var api = await FailedAsync();
        await StayDownAsync(api);
        api.Realm.Faults.ComeBack();
        api.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("200", await api.VerdictAsync(api.Token()));
        api.Realm.Faults.GoDown();
        Assert.Equal("503", await api.VerdictAsync(api.Token()));

        api.Realm.Faults.ComeBack();
        api.Time.Advance(TimeSpan.FromMilliseconds(301));

        Assert.Equal("200", await api.VerdictAsync(api.Token()));
    }

    [Fact]
    public async Task Retry_After_says_when_the_next_request_to_Keycloak_is_allowed()
    {
        await using var api = await FailedAsync();
        await StayDownAsync(api);
        api.Time.Advance(TimeSpan.FromSeconds(6));

        // The request that probed Keycloak, and one that did not.
        Assert.InRange(await RetryAfterAsync(api), 4, 6);
        Assert.InRange(await RetryAfterAsync(api), 4, 6);
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, 20, 20)]
    [InlineData(HttpStatusCode.ServiceUnavailable, 20, 20)]
    [InlineData(HttpStatusCode.TooManyRequests, 3600, 30)]
    public async Task Retry_After_of_Keycloak_is_honored_for_at_most_30_seconds(HttpStatusCode status, int asked, int left)
    {
        await using var api = await IntrospectingApi.StartAsync();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        api.Line.Instead = _ => Rejection(new RetryConditionHeaderValue(TimeSpan.FromSeconds(asked)));
        Assert.Equal(left, await RetryAfterAsync(api));
        api.Line.Instead = null;

        api.Time.Advance(TimeSpan.FromSeconds(left) - TimeSpan.FromMilliseconds(100));
        Assert.Equal("503", await api.VerdictAsync(api.Token()));
        Assert.Equal(1, api.Line.Questions);
        api.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal("200", await api.VerdictAsync(api.Token()));

        HttpResponseMessage Rejection(RetryConditionHeaderValue after)
        {
            var answer = Responses.Of("<html></html>", status);
            answer.Headers.RetryAfter = after;
            return answer;
        }
    }

    [Fact]
    public async Task Retry_After_can_be_a_date_and_a_past_date_does_not_shorten_the_pause()
    {
        await using var api = await IntrospectingApi.StartAsync();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        var until = api.Time.GetUtcNow().AddSeconds(12);
        api.Line.Instead = _ =>
        {
            var answer = Responses.Of("", HttpStatusCode.TooManyRequests);
            answer.Headers.RetryAfter = new RetryConditionHeaderValue(until);
            return answer;
        };
        Assert.Equal(12, await RetryAfterAsync(api));

        until = api.Time.GetUtcNow().AddHours(-1);
        api.Time.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal("503", await api.VerdictAsync(api.Token()));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("503", await api.VerdictAsync(api.Token()));
        }

        // The startup check, and the probe after the pause.
        Assert.Equal((1, 2), (api.Line.Questions, api.Line.Probes));
    }

    [Fact]
    public async Task Retry_After_for_a_token_with_a_mismatched_response_names_its_next_introspection()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Token();
        api.Line.Instead = _ => Responses.Of(Answers.Of(api.Token("bob")).ToJsonString());
        Assert.Equal("503", await api.VerdictAsync(token));

        using var response = await api.SendAsync(token);

        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
    }

    private static async Task<IntrospectingApi> FailedAsync()
    {
        var api = await IntrospectingApi.StartAsync();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        api.Realm.Faults.GoDown();
        Assert.Equal("503", await api.VerdictAsync(api.Token()));
        return api;
    }

    /// <summary>Keeps Keycloak down until the pauses have their maximum length.</summary>
    private static async Task StayDownAsync(IntrospectingApi api)
    {
        var token = api.Token();
        for (var i = 0; i < 10; i++)
        {
            api.Time.Advance(TimeSpan.FromSeconds(6));
            Assert.Equal("503", await api.VerdictAsync(token));
        }
    }

    private static async Task<double> RetryAfterAsync(IntrospectingApi api)
    {
        using var response = await api.SendAsync(api.Token());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        return response.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
    }
}
