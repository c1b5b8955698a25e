using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.StoredEvents;

public sealed class FailedPollTests
{
    /// <summary>The path, the status and the body of the response; the code, and a part of the message.</summary>
    public static TheoryData<string, HttpStatusCode, string, string, string> Failures => new()
    {
        { "/token", HttpStatusCode.Unauthorized, """{"error":"invalid_client"}""", "credentials", "Client secret" },
        { "/token", HttpStatusCode.Unauthorized, """{"error":"unauthorized_client"}""", "service-account", "Service account roles" },
        { "/token", HttpStatusCode.BadRequest, """{"error":"invalid_request"}""", "token", "Service account roles" },
        { "/token", HttpStatusCode.ServiceUnavailable, "", "status", "retries automatically" },
        { "/token", HttpStatusCode.OK, """{"token":"x"}""", "json", "there is no access_token" },
        { "/token", HttpStatusCode.OK, """{"access_token":"a\nb"}""", "json", "there is no access_token" },
        { "/config", HttpStatusCode.Forbidden, """{"error":"HTTP 403 Forbidden"}""", "forbidden", "view-events" },
        { "/config", HttpStatusCode.Unauthorized, """{"error":"HTTP 401 Unauthorized"}""", "token", "KC_HOSTNAME_ADMIN" },
        { "/config", HttpStatusCode.NotFound, "", "status", "Events.AdminAddress" },
        { "/config", HttpStatusCode.OK, "<html>", "html", "login or error page" },
        { "/config", HttpStatusCode.OK, "[]", "json", "not a JSON object" },
        { "/config", HttpStatusCode.Found, "", "redirect", "redirects" },
        { "/events", HttpStatusCode.Forbidden, "", "forbidden", "view-events" },
        { "/events", HttpStatusCode.InternalServerError, """{"error":"unknown_error"}""", "status", "See Keycloak's log" },
        { "/events", HttpStatusCode.TooManyRequests, "", "status", "limits requests" },
        { "/events", HttpStatusCode.OK, "{}", "json", "not a list of events" },
        { "/events", HttpStatusCode.OK, "[{", "json", "not a list of events" },
        { "/events", HttpStatusCode.OK, " <!doctype html>", "html", "login or error page" },
        { "/admin-events", HttpStatusCode.BadGateway, "", "status", "retries automatically" },
        {
            "/events",
            HttpStatusCode.BadRequest,
            """{"error":"Invalid value for 'Date(From)', expected format is yyyy-MM-dd"}""",
            "version",
            "require Keycloak 26"
        },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_is_logged_once_with_its_remedy_and_polling_recovers(
        string path, HttpStatusCode status, string body, string code, string message)
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Instead = At(path, () => Responses.Of(body, status));

        await realm.PollAsync();
        await realm.PollAsync();

        Assert.Equal(code, realm.Feed.State.Problem!.Code);
        Assert.Equal(1, realm.Realm.Log.Count("StoredEventsFailed"));
        Assert.Contains(message, realm.Realm.Log.Text("StoredEventsFailed"), StringComparison.Ordinal);
        Assert.DoesNotContain("token-1", realm.Realm.Log.Text("StoredEventsFailed"), StringComparison.Ordinal);

        realm.Instead = null;
        realm.Happened("LOGOUT", new JsonObject { ["sessionId"] = "session-1" });
        await realm.PollAsync();
        Assert.Null(realm.Feed.State.Problem);
        Assert.Equal(realm.Realm.Now, realm.Feed.State.LastSuccess);
        Assert.Equal(1, realm.Realm.Log.Count("StoredEventsRecovered"));
        Assert.Single(realm.Effects);
    }

    [Fact]
    public async Task An_unreachable_server_an_exception_of_a_handler_and_a_slow_response_are_failures()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Instead = At("/events", () => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
        await realm.PollAsync();
        Assert.Equal("unreachable", realm.Feed.State.Problem!.Code);

        realm.Instead = At("/events", () => throw new InvalidOperationException("mine"));
        await realm.PollAsync();
        Assert.Equal("unexpected", realm.Feed.State.Problem!.Code);

        realm.Instead = null;
        realm.Realm.HoldResponses();
        var slow = realm.PollAsync();
        realm.Time.Advance(TimeSpan.FromSeconds(5));
        await slow;
        Assert.Equal("timeout", realm.Feed.State.Problem!.Code);
        realm.Realm.Release();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_endless_or_huge_response_is_not_read_to_its_end(bool sendsLength)
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Instead = At("/config", () => new HttpResponseMessage { Content = new Endless(sendsLength) });

        await realm.PollAsync();

        Assert.Equal("size", realm.Feed.State.Problem!.Code);
    }

    [Fact]
    public async Task A_token_that_keycloak_no_longer_accepts_is_replaced_once_within_the_poll()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        await realm.PollAsync();
        var rejected = false;
        realm.Instead = request =>
        {
            if (rejected || !request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal))
            {
                return null;
            }

            rejected = true;
            return Responses.Of("", HttpStatusCode.Unauthorized);
        };

        await realm.PollAsync();

        Assert.Equal(2, realm.Tokens);
        Assert.Null(realm.Feed.State.Problem);
    }

    [Fact]
    public async Task The_token_is_used_until_a_fifth_of_its_lifetime_is_left()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        await realm.PollAsync();
        realm.Time.Advance(TimeSpan.FromSeconds(239));
        await realm.PollAsync();
        Assert.Equal(1, realm.Tokens);

        realm.Time.Advance(TimeSpan.FromSeconds(1));
        await realm.PollAsync();
        Assert.Equal(2, realm.Tokens);
    }

    [Fact]
    public async Task A_role_that_was_assigned_after_the_failure_is_in_the_next_token()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Instead = At("/config", () => Responses.Of("", HttpStatusCode.Forbidden));
        await realm.PollAsync();
        realm.Instead = null;

        await realm.PollAsync();

        Assert.Equal(2, realm.Tokens);
        Assert.Null(realm.Feed.State.Problem);
    }

    [Fact]
    public async Task The_pause_grows_after_failures_honors_retry_after_and_is_bounded()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        Assert.Equal(TimeSpan.FromSeconds(1), await realm.PollAsync());
        TimeSpan? asked = null;
        realm.Instead = At("/events", () =>
        {
            var response = Responses.Of("", HttpStatusCode.ServiceUnavailable);
            response.Headers.RetryAfter = asked is { } delta ? new RetryConditionHeaderValue(delta) : null;
            return response;
        });

        Assert.Equal(TimeSpan.FromSeconds(1), await realm.PollAsync());
        Assert.Equal(TimeSpan.FromSeconds(2), await realm.PollAsync());
        Assert.Equal(TimeSpan.FromSeconds(4), await realm.PollAsync());
        asked = TimeSpan.FromSeconds(20);
        Assert.Equal(TimeSpan.FromSeconds(20), await realm.PollAsync());
        asked = TimeSpan.FromHours(1);
        Assert.Equal(TimeSpan.FromMinutes(1), await realm.PollAsync());

        realm.Instead = null;
        Assert.Equal(TimeSpan.FromSeconds(1), await realm.PollAsync());
    }

    [Fact]
    public async Task A_server_that_filters_by_day_only_is_asked_again_after_ten_minutes()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Instead = At("/events", () => Responses.Of(
            """{"error":"Invalid value for 'Date(From)', expected format is yyyy-MM-dd"}""", HttpStatusCode.BadRequest));

        Assert.Equal(TimeSpan.FromMinutes(10), await realm.PollAsync());
    }

    [Fact]
    public async Task A_long_silence_is_logged_once()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        await realm.PollAsync();
        realm.Instead = At("/events", () => Responses.Of("", HttpStatusCode.ServiceUnavailable));
        realm.Time.Advance(TimeSpan.FromSeconds(60));
        await realm.PollAsync();
        Assert.Equal(0, realm.Realm.Log.Count("StoredEventsSilent"));

        realm.Time.Advance(TimeSpan.FromSeconds(1));
        await realm.PollAsync();
        await realm.PollAsync();
        Assert.Equal(1, realm.Realm.Log.Count("StoredEventsSilent"));
        Assert.Contains("00:01:01", realm.Realm.Log.Text("StoredEventsSilent"), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(61), realm.Feed.Silence);
    }

    [Fact]
    public async Task Events_that_are_not_in_order_are_reported_if_some_may_be_missing()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        var newestFirst = string.Join(',', Enumerable.Range(0, 500).Select(i =>
            $$"""{"id":"{{i}}","time":{{realm.Realm.Now.ToUnixTimeMilliseconds() - i}},"type":"LOGOUT","sessionId":"{{i}}"}"""));
        realm.Instead = At("/events", () => Responses.Of($"[{newestFirst}]"));

        await realm.PollAsync();

        Assert.Equal("order", realm.Feed.State.Problem!.Code);
        Assert.Equal(500, realm.Effects.Count);
    }

    private static Func<HttpRequestMessage, HttpResponseMessage?> At(string path, Func<HttpResponseMessage> respond) =>
        request => request.RequestUri!.AbsolutePath.EndsWith(path, StringComparison.Ordinal) ? respond() : null;

    private sealed class Endless(bool sendsLength) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            while (true)
            {
                await stream.WriteAsync(new byte[64 * 1024]);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = sendsLength ? long.MaxValue : 0;
            return sendsLength;
        }
    }
}
