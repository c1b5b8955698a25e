using System.Diagnostics;
using Keycloak.ApiProtection.KeycloakTests.Api;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.KeycloakTests.Faults;

/// <summary>
/// The behavior of an API under load while a real Keycloak fails. A valid token never gets 401. A token is never accepted because of an
/// expired introspection result. If no decision is possible, the status is 503 with Retry-After. The requests to Keycloak are limited. The
/// API recovers soon after Keycloak. The assertions depend on the order of events, not on the speed of the machine.
/// </summary>
public sealed class FaultTests : IClassFixture<FaultyKeycloak>
{
    private const string Local = "GET /me";
    private const string Active = "GET /active";

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly FaultyKeycloak _keycloak;

    public FaultTests(FaultyKeycloak keycloak)
    {
        Assert.SkipWhen(keycloak.Missing is not null, keycloak.Missing ?? "");
        _keycloak = keycloak;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Recovers_after_keycloak_was_stopped_and_started_under_load()
    {
        await using var api = await StartAsync("Never");
        await using var introspecting = await StartAsync("Always", ("Introspection:StaleIfError", Grace.ToString()));
        var good = await TokensAsync();
        var (token, revoked) = (good.AccessToken.Compact, await TokensAsync());
        await using var load = new Load(api, (Local, token), (Active, token), (Active, revoked.AccessToken.Compact));
        await using var graced = new Load(introspecting, (Local, token));
        await load.UntilAsync(Active, token, 200, 0);
        await load.UntilAsync(Active, revoked.AccessToken.Compact, 200, 0);
        await graced.UntilAsync(Local, token, 200, 0);
        var logout = await _keycloak.Client.LogoutAsync(DemoClient.Cli, revoked.RefreshToken.Compact, Cancellation);
        Assert.True(logout.Status is System.Net.HttpStatusCode.NoContent);
        var loggedOut = Stopwatch.GetTimestamp();

        await _keycloak.StopAsync();
        var stopped = Stopwatch.GetTimestamp();
        await load.UntilAsync(Active, token, 503, stopped);
        await graced.UntilAsync(Local, token, 503, stopped);
        await Task.Delay(2000, Cancellation);
        var down = Stopwatch.GetElapsedTime(stopped);
        var questions = _keycloak.Front.QuestionsSince(stopped);
        var starting = Stopwatch.GetTimestamp();
        await _keycloak.StartAsync(Cancellation);
        var started = Stopwatch.GetTimestamp();
        var recovered = await load.UntilAsync(Active, token, 200, started);
        await graced.UntilAsync(Local, token, 200, started);
        await load.UntilAsync(Active, revoked.AccessToken.Compact, 401, started);

        Write(
            $"down for {down.TotalSeconds:0.0} s, {questions} introspection requests of two APIs; "
            + $"accepted {recovered.TotalMilliseconds:0} ms after the server was ready");
        Assert.All(load.Of(Local, token), call => Assert.Equal(200, call.Status));
        AssertUndecidedOrLetIn(load, token);
        AssertUndecidedOrLetIn(graced, token);
        Assert.DoesNotContain(load.Of(Active, token, After(stopped, Freshness)), call => call.Status == 200 && call.Began < starting);
        Assert.DoesNotContain(
            graced.Of(Local, token, After(stopped, Freshness + Grace)), call => call.Status == 200 && call.Began < starting);
        Assert.DoesNotContain(load.Of(Active, revoked.AccessToken.Compact, After(loggedOut, Freshness)), call => call.Status == 200);

        // Each API sends a request after 0.25, 0.75, 1.75, 3.75 and 7.75 s, and then every 5 s, all with a jitter of ±20%. Requests that
        // were in progress are counted, too.
        Assert.InRange(questions, 1, 2 * (8 + (int)(down.TotalSeconds / 4)));
        Assert.Contains(graced.Of(Local, token, After(stopped, Freshness)), call => call.Status == 200);

        // New tokens are accepted without a restart of the API.
        Assert.Equal(200, (await api.CallAsync(Active, (await TokensAsync()).AccessToken.Compact, Cancellation)).Status);
    }

    [Fact]
    public async Task Recovers_after_keycloak_did_not_respond_under_load()
    {
        await using var api = await StartAsync("Never");
        var token = (await TokensAsync()).AccessToken.Compact;
        await using var load = new Load(api, (Local, token), (Active, token));
        await load.UntilAsync(Active, token, 200, 0);

        await _keycloak.HoldAsync();
        var held = Stopwatch.GetTimestamp();
        long released;
        int questions;
        try
        {
            await load.UntilAsync(Active, token, 503, held);
            await Task.Delay(2000, Cancellation);
        }
        finally
        {
            questions = _keycloak.Front.QuestionsSince(held);
            released = Stopwatch.GetTimestamp();
            await _keycloak.ReleaseAsync();
        }

        var recovered = await load.UntilAsync(Active, token, 200, released);

        Write($"{questions} introspection requests without a response; accepted again after {recovered.TotalMilliseconds:0} ms");
        Assert.All(load.Of(Local, token), call => Assert.Equal(200, call.Status));
        AssertUndecidedOrLetIn(load, token);
        Assert.DoesNotContain(
            load.Of(Active, token, After(held, Freshness)),
            call => call.Status == 200 && call.Began < released - Ticks(TimeSpan.FromSeconds(2)));
        Assert.InRange(questions, 1, 8 + (int)Stopwatch.GetElapsedTime(held, released).TotalSeconds);
    }

    [Theory]
    [InlineData("429")]
    [InlineData("500")]
    [InlineData("html")]
    [InlineData("slow")]
    public async Task Recovers_after_invalid_responses_under_load(string how)
    {
        await using var api = await StartAsync("Never");
        var token = (await TokensAsync()).AccessToken.Compact;
        await using var load = new Load(api, (Local, token), (Active, token));
        await load.UntilAsync(Active, token, 200, 0);

        _keycloak.Front.Instead = context => AnswerAsync(context, how);
        long failing;
        long well;
        int questions;
        try
        {
            failing = Stopwatch.GetTimestamp();
            await load.UntilAsync(Active, token, 503, failing);
            await Task.Delay(2000, Cancellation);
        }
        finally
        {
            _keycloak.Front.Instead = null;
            well = Stopwatch.GetTimestamp();
        }

        questions = _keycloak.Front.QuestionsSince(failing) - _keycloak.Front.QuestionsSince(well);
        var recovered = await load.UntilAsync(Active, token, 200, well);

        Write($"{how}: {questions} introspection requests; accepted again after {recovered.TotalMilliseconds:0} ms");
        Assert.All(load.Of(Local, token), call => Assert.Equal(200, call.Status));
        AssertUndecidedOrLetIn(load, token);

        // The response to a request from before the fault may arrive shortly after it started, within the introspection timeout.
        Assert.DoesNotContain(
            load.Of(Active, token, After(failing, Freshness)),
            call => call.Status == 200 && call.Began < well - Ticks(TimeSpan.FromSeconds(2)));
        Assert.InRange(questions, 1, 8 + (int)Stopwatch.GetElapsedTime(failing, well).TotalSeconds);
        if (how == "429")
        {
            Assert.Contains(load.Of(Active, token, failing), call => call.RetryAfter is "2" or "3");
        }
    }

    [Fact]
    public async Task An_active_response_for_another_users_token_is_not_accepted()
    {
        await using var api = await StartAsync("Never");
        var (alice, bob) = ((await TokensAsync()).AccessToken.Compact, (await TokensAsync("bob")).AccessToken.Compact);
        _keycloak.Front.Exchange = asked => asked == bob ? alice : asked;
        try
        {
            Assert.Equal(503, (await api.CallAsync(Active, bob, Cancellation)).Status);
            Assert.Equal(200, (await api.CallAsync(Active, alice, Cancellation)).Status);
            Assert.Equal(200, (await api.CallAsync(Local, bob, Cancellation)).Status);
        }
        finally
        {
            _keycloak.Front.Exchange = null;
        }
    }

    [Fact]
    public async Task Credentials_that_are_changed_under_load_lead_to_503_until_they_are_restored()
    {
        using var log = new RecordingLog();
        await using var api = await StartAsync("Never", log);
        var token = (await TokensAsync()).AccessToken.Compact;
        await using var load = new Load(api, (Local, token), (Active, token));
        await load.UntilAsync(Active, token, 200, 0);

        await SetSecretAsync("rotated");
        var rotated = Stopwatch.GetTimestamp();
        await load.UntilAsync(Active, token, 503, rotated);
        await using (var restarted = await StartAsync("Never", ("credentials:secret", "rotated")))
        {
            Assert.Equal(200, (await restarted.CallAsync(Active, token, Cancellation)).Status);
        }

        await SetSecretAsync("orders-api-secret");
        var back = Stopwatch.GetTimestamp();
        await load.UntilAsync(Active, token, 200, back);

        AssertUndecidedOrLetIn(load, token);
        Assert.All(load.Of(Local, token), call => Assert.Equal(200, call.Status));
        Assert.Contains("does not accept this API's own credentials", log.Of("IntrospectionRejected"), StringComparison.Ordinal);
        Assert.DoesNotContain("orders-api-secret", log.Of("IntrospectionRejected"), StringComparison.Ordinal);
    }

    private static async Task<bool> AnswerAsync(HttpContext context, string how)
    {
        if (how == "slow")
        {
            await Task.Delay(5000, context.RequestAborted);
            return false;
        }

        context.Response.StatusCode = how switch { "429" => 429, "500" => 500, _ => 200 };
        if (how == "429")
        {
            context.Response.Headers.RetryAfter = "3";
        }

        context.Response.ContentType = how == "html" ? "text/html" : "text/plain";
        await context.Response.WriteAsync(how == "html" ? "<html><body>Please sign in.</body></html>" : "No.");
        return true;
    }

    private static void AssertUndecidedOrLetIn(Load load, string token) => Assert.All(load.Calls.Where(call => call.Token == token), call =>
    {
        Assert.True(call.Status is 200 or 503, $"The status of {call.Endpoint} was {call.Status}.");
        Assert.Equal(call.Status == 503, int.TryParse(call.RetryAfter, out var seconds) && seconds is >= 1 and <= 30);
    });

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private static long After(long moment, TimeSpan time) => moment + Ticks(time);

    private static void Write(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    private Task<TokenAnswer> TokensAsync(string user = "alice") => _keycloak.Client.PasswordAsync(DemoClient.Cli, user, Cancellation);

    private async Task SetSecretAsync(string secret)
    {
        const string clients = $"/admin/realms/{RealmClient.DemoRealm}/clients";
        var client = (await _keycloak.Admin.GetAsync($"{clients}?clientId=orders-api", Cancellation))[0]!;
        client["secret"] = secret;
        await _keycloak.Admin.PutAsync($"{clients}/{(string)client["id"]!}", client, Cancellation);
    }

    private Task<ProtectedApi> StartAsync(string introspection, params (string Key, string? Value)[] settings) =>
        StartAsync(introspection, null, settings);

    private Task<ProtectedApi> StartAsync(
        string introspection, RecordingLog? log, params (string Key, string? Value)[] settings) => ProtectedApi.StartAsync(
        _keycloak.Front.Address,
        services =>
        {
            services.AddLogging(logging => logging.ClearProviders());
            if (log is not null)
            {
                services.AddSingleton<ILoggerProvider>(log);
            }
        },
        Cancellation,
        [
            ("Introspection", introspection),
            ("Introspection:Freshness", Freshness.ToString()),
            ("Introspection:Timeout", "1"),
            ("credentials:secret", "orders-api-secret"),
            .. settings,
        ]);
}
