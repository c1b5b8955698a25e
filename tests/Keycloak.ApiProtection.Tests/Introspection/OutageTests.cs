using System.Net;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Tests.Introspection;

public sealed class OutageTests
{
    public static TheoryData<WrongAnswer> WrongAnswers =>
    [
        WrongAnswer.Html, WrongAnswer.Empty, WrongAnswer.BrokenJson, WrongAnswer.JsonArray, WrongAnswer.Huge, WrongAnswer.CutOff, WrongAnswer.Redirect,
        WrongAnswer.NotFound, WrongAnswer.TooManyRequests, WrongAnswer.ServerError, WrongAnswer.ServiceUnavailable,
    ];

    [Theory]
    [MemberData(nameof(WrongAnswers))]
    public async Task What_is_no_answer_is_503_and_neither_active_nor_inactive_and_it_recovers_by_itself(WrongAnswer wrong)
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Token();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        api.Realm.AnswerWrongly(wrong, RealmEndpoint.Introspection);

        using var response = await api.SendAsync(token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        Assert.Equal(1, api.Log.Count("IntrospectionFailed"));

        api.Realm.AnswerNormally();
        api.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal(1, api.Log.Count("IntrospectionRecovered"));
    }

    [Fact]
    public async Task While_Keycloak_is_down_it_is_not_hammered_and_tokens_with_a_young_answer_go_on()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var (known, other) = (api.Token(), api.Token());
        Assert.Equal("200", await api.VerdictAsync(known));
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        api.Realm.GoDown();

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("503", await api.VerdictAsync(other));
            Assert.Equal("200", await api.VerdictAsync(known));
        }

        Assert.Equal(2, api.Line.Questions);
        var probes = api.Line.Probes;

        // A minute of it: the pauses grow to 5 s.
        for (var i = 0; i < 600; i++)
        {
            api.Time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Equal("503", await api.VerdictAsync(other));
        }

        Assert.Equal(2, api.Line.Questions);
        Assert.InRange(api.Line.Probes - probes, 10, 25);
        Assert.Equal(1, api.Log.Count("IntrospectionFailed"));
        api.Realm.ComeBack();
        api.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("200", await api.VerdictAsync(other));
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(HttpStatusCode.Forbidden)]
    public async Task A_token_that_is_never_answered_harms_no_other_token(HttpStatusCode status)
    {
        await using var api = await IntrospectingApi.StartAsync();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        var poison = api.Token("bob");
        api.Line.Instead = _ => api.Line.LastForm["token"] == poison && api.Line.IsQuestion ? QuestionLine.Answer("", status) : null;

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("503", await api.VerdictAsync(poison));
            Assert.Equal("200", await api.VerdictAsync(api.Token()));
            api.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Contains("only this token is affected", api.Log.Text("IntrospectionFailed"), StringComparison.Ordinal);
        Assert.Equal(0, api.Log.Count("IntrospectionRecovered"));

        // 10 s: once in five seconds, each with a question whether Keycloak answers at all.
        Assert.Equal(102, api.Line.Questions);
        Assert.InRange(api.Line.Probes, 3, 4);
    }

    [Fact]
    public async Task A_token_that_Keycloak_never_answers_in_time_does_not_keep_the_others_out()
    {
        await using var api = await IntrospectingApi.StartAsync();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        var poison = api.Token("bob");
        await TimeOutAsync(1);
        Assert.Equal("503", await api.VerdictAsync(api.Token()));
        api.Time.Advance(TimeSpan.FromSeconds(1));

        // Now it is asked first whether Keycloak answers at all: it does, and the time-out is the token's alone.
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
    public async Task A_slow_Keycloak_is_waited_for_no_longer_than_the_time_out()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.IntrospectionTimeout = TimeSpan.FromSeconds(2));
        api.Line.Hold();
        var request = api.VerdictAsync(api.Token());
        await api.Line.ArrivedAsync(1);
        api.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("503", await request);
        Assert.Contains("within 2 s", api.Log.Text("IntrospectionFailed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wait_for_a_turn_counts_towards_the_time_out()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.MaximumIntrospectionsInFlight = 1);
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
    public async Task An_owner_may_let_old_answers_serve_for_a_while_and_each_use_is_told()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.AllowStaleFor = TimeSpan.FromMinutes(1));
        var (known, other) = (api.Token(), api.Token());
        Assert.Equal("200", await api.VerdictAsync(known));
        api.Realm.GoDown();
        api.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal("200", await api.VerdictAsync(known));
        Assert.Equal("503", await api.VerdictAsync(other));
        Assert.Contains("AllowStaleFor", api.Log.Text("StaleAnswerUsed"), StringComparison.Ordinal);

        api.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("503", await api.VerdictAsync(known));
    }

    [Fact]
    public async Task An_old_answer_never_serves_past_the_tokens_end_nor_where_it_said_no()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.AllowStaleFor = TimeSpan.FromHours(1));
        var ends = api.Realm.Token("alice").For("cli").ExpiresIn(TimeSpan.FromSeconds(60)).Create();
        var revoked = api.Realm.Token("bob").For("cli").Create();
        api.Realm.DisableUser("bob");
        Assert.Equal("200", await api.VerdictAsync(ends));
        Assert.Equal("401 inactive", await api.VerdictAsync(revoked));
        api.Realm.GoDown();
        api.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("200", await api.VerdictAsync(ends));
        Assert.Equal("503", await api.VerdictAsync(revoked));

        // Within the clock skew the token itself is still good.
        api.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("503", await api.VerdictAsync(ends));
    }

    [Theory]
    [InlineData(401, """{"error":"invalid_client","error_description":"Client authentication failed."}""", "does not accept this API's own credentials")]
    [InlineData(401, """{"error":"invalid_request","error_description":"Authentication failed."}""", "does not accept this API's own credentials")]
    [InlineData(401, """{"error":"unauthorized_client"}""", "Client secret")]
    [InlineData(403, """{"error":"invalid_request","error_description":"Client not allowed."}""", "Client authentication")]
    public async Task Wrong_credentials_are_an_outage_and_the_log_says_what_to_do(int status, string body, string remedy)
    {
        await using var api = await IntrospectingApi.StartAsync();
        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionChecked") == 1);
        api.Line.Instead = _ => QuestionLine.Answer(body, (HttpStatusCode)status);

        Assert.Equal("503", await api.VerdictAsync(api.Token()));

        Assert.Contains(remedy, api.Log.Text("IntrospectionRejected"), StringComparison.Ordinal);
        Assert.DoesNotContain(api.Log.Entries, entry => entry.Text.Contains("orders-api-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_that_was_changed_is_found_by_the_check_at_start()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Credentials.Secret = "changed-s3cret");

        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectionRejected") == 1);

        Assert.Contains("credentials.secret", api.Log.Text("IntrospectionRejected"), StringComparison.Ordinal);
        Assert.DoesNotContain(api.Log.Entries, entry => entry.Text.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_realm_that_calls_itself_something_else_is_found_by_the_check_at_start()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.ValidIssuers.Add("https://login.example.com/realms/demo"));

        await IntrospectingApi.Eventually(() => api.Log.Count("IntrospectedThroughOtherHost") == 1);

        Assert.Contains("KC_HOSTNAME", api.Log.Text("IntrospectedThroughOtherHost"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_is_not_the_audience_is_found_by_the_check_at_start_and_named_with_each_refusal()
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
