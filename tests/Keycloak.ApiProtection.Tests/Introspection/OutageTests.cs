using System.Net;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Tests.Introspection;

public sealed class OutageTests
{
    public static TheoryData<WrongAnswer> WrongAnswers =>
    [
        WrongAnswer.Html, WrongAnswer.Empty, WrongAnswer.BrokenJson, WrongAnswer.JsonArray, WrongAnswer.Huge, WrongAnswer.CutOff,
        WrongAnswer.Redirect,
        WrongAnswer.NotFound, WrongAnswer.TooManyRequests, WrongAnswer.ServerError, WrongAnswer.ServiceUnavailable,
    ];

    [Theory]
    [MemberData(nameof(WrongAnswers))]
    public async Task An_invalid_response_causes_a_503_and_it_recovers_without_a_restart(WrongAnswer wrong)
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Token();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        api.Realm.Faults.AnswerWrongly(wrong, RealmEndpoint.Introspection);

        using var response = await api.SendAsync(token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        Assert.Equal(1, api.Log.Count("IntrospectionFailed"));

        api.Realm.Faults.AnswerNormally();
        api.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal(1, api.Log.Count("IntrospectionRecovered"));
    }

    [Fact]
    public async Task While_Keycloak_is_down_requests_are_limited_and_tokens_with_a_fresh_response_are_accepted()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var (known, other) = (api.Token(), api.Token());
        Assert.Equal("200", await api.VerdictAsync(known));
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        api.Realm.Faults.GoDown();

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("503", await api.VerdictAsync(other));
            Assert.Equal("200", await api.VerdictAsync(known));
        }

        Assert.Equal(2, api.Line.Questions);
        var probes = api.Line.Probes;

        // During one minute, the pauses grow to 5 s.
        for (var i = 0; i < 600; i++)
        {
            api.Time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Equal("503", await api.VerdictAsync(other));
        }

        Assert.Equal(2, api.Line.Questions);
        Assert.InRange(api.Line.Probes - probes, 10, 25);
        Assert.Equal(1, api.Log.Count("IntrospectionFailed"));
        api.Realm.Faults.ComeBack();
        api.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("200", await api.VerdictAsync(other));
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(HttpStatusCode.Forbidden)]
    public async Task A_token_whose_introspection_always_fails_does_not_affect_other_tokens(HttpStatusCode status)
    {
        await using var api = await IntrospectingApi.StartAsync();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        var poison = api.Token("bob");
        api.Line.Instead = _ => api.Line.LastForm["token"] == poison && api.Line.IsQuestion ? Responses.Of("", status) : null;

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("503", await api.VerdictAsync(poison));
            Assert.Equal("200", await api.VerdictAsync(api.Token()));
            api.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Contains("only this token is affected", api.Log.Text("IntrospectionFailed"), StringComparison.Ordinal);
        Assert.Equal(0, api.Log.Count("IntrospectionRecovered"));

        // During 10 s, the token is introspected once in five seconds, each time with a probe of whether Keycloak responds at all.
        Assert.Equal(102, api.Line.Questions);
        Assert.InRange(api.Line.Probes, 3, 4);
    }

    [Fact]
    public async Task A_token_whose_introspection_always_times_out_does_not_block_other_tokens()
    {
        await using var api = await IntrospectingApi.StartAsync();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        var poison = api.Token("bob");
        await TimeOutAsync(1);
        Assert.Equal("503", await api.VerdictAsync(api.Token()));
        api.Time.Advance(TimeSpan.FromSeconds(1));

        // Now a probe is sent first. Keycloak responds to it, so the timeout concerns only this token.
        await TimeOutAsync(2);
        Assert.Equal("200", await api.VerdictAsync(api.Token()));
        api.Time.Advance(TimeSpan.FromSeconds(6));
        await TimeOutAsync(4);
        Assert.Equal("200", await api.VerdictAsync(api.Token()));

        async Task TimeOutAsync(int questions)
        {
            api.Line.Hold();
            var request = api.VerdictAsync(poison);
            await api.Line.ArrivedAsync(questions);
            api.Time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal("503", await request);
            api.Line.Release();
        }
    }

    [Fact]
    public async Task A_slow_response_is_awaited_no_longer_than_the_timeout()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.Timeout = TimeSpan.FromSeconds(2));
        api.Line.Hold();
        var request = api.VerdictAsync(api.Token());
        await api.Line.ArrivedAsync(1);
        api.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("503", await request);
        Assert.Contains("within 2 s", api.Log.Text("IntrospectionFailed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wait_for_a_free_slot_counts_toward_the_timeout()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.MaximumInFlight = 1);
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        api.Line.Hold(stubbornly: true);
        var first = api.VerdictAsync(api.Token());
        await api.Line.ArrivedAsync(1);
        var timers = api.Time.ActiveTimers;
        var second = api.VerdictAsync(api.Token());
        await IntrospectingApi.Eventually(() => api.Time.ActiveTimers == timers + 1);
        api.Time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal("503", await second);
        Assert.Contains("could not be sent in time", api.Log.Text("IntrospectionFailed"), StringComparison.Ordinal);
        api.Line.Release();
        await first;
    }

    [Fact]
    public async Task Stale_responses_can_be_allowed_for_a_limited_time_and_their_use_is_logged()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.StaleIfError = TimeSpan.FromMinutes(1));
        var (known, other) = (api.Token(), api.Token());
        Assert.Equal("200", await api.VerdictAsync(known));
        api.Realm.Faults.GoDown();
        api.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal("200", await api.VerdictAsync(known));
        Assert.Equal("503", await api.VerdictAsync(other));
        Assert.Contains("Introspection.StaleIfError", api.Log.Text("StaleAnswerUsed"), StringComparison.Ordinal);

        api.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("503", await api.VerdictAsync(known));
    }

    [Fact]
    public async Task A_stale_response_is_not_used_after_the_token_expires_or_if_it_was_inactive()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.StaleIfError = TimeSpan.FromHours(1));
        var ends = api.Realm.Token("alice").For("cli").ExpiresIn(TimeSpan.FromSeconds(60)).Create();
        var revoked = api.Realm.Token("bob").For("cli").Create();
        api.Realm.Users.Disable("bob");
        Assert.Equal("200", await api.VerdictAsync(ends));
        Assert.Equal("401 inactive", await api.VerdictAsync(revoked));
        api.Realm.Faults.GoDown();
        api.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("200", await api.VerdictAsync(ends));
        Assert.Equal("503", await api.VerdictAsync(revoked));

        // Within the clock skew the token itself is still valid.
        api.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("503", await api.VerdictAsync(ends));
    }

    [Theory]
    [InlineData(
        401, """{"error":"invalid_client","error_description":"Client authentication failed."}""",
        "does not accept this API's own credentials")]
    [InlineData(
        401, """{"error":"invalid_request","error_description":"Authentication failed."}""", "does not accept this API's own credentials")]
    [InlineData(401, """{"error":"unauthorized_client"}""", "Client secret")]
    [InlineData(403, """{"error":"invalid_request","error_description":"Client not allowed."}""", "Client authentication")]
    public async Task Wrong_credentials_are_an_outage_and_the_log_names_the_remedy(int status, string body, string remedy)
    {
        await using var api = await IntrospectingApi.StartAsync();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        api.Line.Instead = _ => Responses.Of(body, (HttpStatusCode)status);

        Assert.Equal("503", await api.VerdictAsync(api.Token()));

        Assert.Contains(remedy, api.Log.Text("IntrospectionRejected"), StringComparison.Ordinal);
        Assert.DoesNotContain(api.Log.Entries, entry => entry.Text.Contains("orders-api-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_startup_check_finds_a_changed_secret()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Credentials.Secret = "changed-s3cret");

        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionRejected") == 1);

        Assert.Contains("credentials.secret", api.Log.Text("IntrospectionRejected"), StringComparison.Ordinal);
        Assert.DoesNotContain(api.Log.Entries, entry => entry.Text.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_startup_check_finds_a_realm_that_is_reached_under_another_host_name()
    {
        await using var api = await IntrospectingApi.StartAsync(
            options => options.ValidIssuers.Add("https://login.example.com/realms/demo"));

        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectedThroughOtherHost") == 1);

        Assert.Contains("KC_HOSTNAME", api.Log.Text("IntrospectedThroughOtherHost"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_startup_check_finds_a_client_that_is_not_in_the_audience_and_rejections_name_it()
    {
        await using var api = await IntrospectingApi.StartAsync(options =>
        {
            (options.Resource, options.Audience) = ("batch", "orders-api");
            options.Credentials.Secret = "batch-secret";
        });

        Assert.Equal("401 inactive", await api.VerdictAsync(api.Token()));

        await IntrospectingApi.Eventually(() => api.Log.Count("ClientOutsideAudience") == 1);
        Assert.Contains("Add an audience mapper for 'batch'", api.Log.Text("TokenRejected"), StringComparison.Ordinal);
    }
}
