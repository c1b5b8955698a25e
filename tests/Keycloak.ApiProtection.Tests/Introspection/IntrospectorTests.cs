using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Realms;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Introspection;

public sealed class IntrospectorTests
{
    private static string Sid(string token) =>
        System.Text.Json.JsonDocument.Parse(
            System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement.GetProperty("sid").GetString()!;

    [Fact]
    public async Task A_token_of_an_ended_session_is_rejected_after_the_freshness_and_other_sessions_are_not()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var (ended, other) = (api.Token(), api.Token());
        Assert.Equal("200", await api.VerdictAsync(ended));
        Assert.Equal("200", await api.VerdictAsync(other));

        api.Realm.Sessions.End(Sid(ended));
        api.Time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal("200", await api.VerdictAsync(ended));
        api.Time.Advance(TimeSpan.FromSeconds(17));

        Assert.Equal("401 inactive", await api.VerdictAsync(ended));
        Assert.Equal("200", await api.VerdictAsync(other));
        Assert.Contains("no longer active", api.Log.Text("TokenRejected"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_introspection_a_token_of_an_ended_session_is_still_accepted()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.Mode = IntrospectionMode.Never);
        var token = api.Token();
        api.Realm.Sessions.End(Sid(token));

        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal(0, api.Line.Questions);
    }

    [Fact]
    public async Task A_busy_token_is_introspected_once_for_each_freshness_window()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        var state = () => api.Introspector;

        // 140 s with ten requests per second and a freshness of 30 s: introspected at 0, 28, 56, 84, 112 and 140 s.
        for (var i = 0; i < 1399; i++)
        {
            api.Time.Advance(TimeSpan.FromMilliseconds(100));
            var questions = api.Line.Questions;
            Assert.Equal("200", await api.VerdictAsync(token));
            await api.Line.ArrivedAsync(questions);
            await IntrospectingApi.Eventually(() => state().InFlight == 0);
        }

        Assert.Equal(5, api.Line.Questions);
    }

    [Fact]
    public async Task A_token_in_use_is_introspected_early_without_delaying_its_requests()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        api.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("200", await api.VerdictAsync(token));

        // With one request every ten seconds, the request at 20 s expects the next one to arrive too late for an early introspection.
        // It starts the introspection and does not wait for it.
        api.Line.Hold();
        api.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("200", await api.VerdictAsync(token));
        await api.Line.ArrivedAsync(2);
        Assert.Equal("200", await api.VerdictAsync(token));
        api.Line.Release();
        await IntrospectingApi.Eventually(() => api.Introspector.InFlight == 0);

        api.Time.Advance(TimeSpan.FromSeconds(10));
        api.Line.Hold();
        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal(2, api.Line.Questions);
    }

    [Fact]
    public async Task A_token_that_is_not_in_use_is_not_introspected_again()
    {
        await using var api = await IntrospectingApi.StartAsync();
        Assert.Equal("200", await api.VerdictAsync(api.Token()));
        var timers = api.Time.ActiveTimers;

        api.Time.Advance(TimeSpan.FromMinutes(4));

        Assert.Equal(1, api.Line.Questions);
        Assert.True(api.Time.ActiveTimers <= timers);
    }

    [Fact]
    public async Task A_freshness_of_zero_introspects_on_every_request()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.Freshness = TimeSpan.Zero);
        var token = api.Token();
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal("200", await api.VerdictAsync(token));
            Assert.Equal(i, api.Line.Questions);
        }

        api.Realm.Sessions.End(Sid(token));
        Assert.Equal("401 inactive", await api.VerdictAsync(token));
    }

    [Fact]
    public async Task With_a_freshness_of_zero_an_introspection_sent_before_a_request_arrived_is_not_used_for_it()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.Freshness = TimeSpan.Zero);
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        api.Line.Hold();
        var first = api.VerdictAsync(token);
        await api.Line.ArrivedAsync(2);
        var later = Enumerable.Range(0, 20).Select(_ => api.VerdictAsync(token)).ToArray();
        await IntrospectingApi.Eventually(() => api.Introspector.Waiting == 21);

        api.Line.Release();

        Assert.Equal("200", await first);
        Assert.All(await Task.WhenAll(later), verdict => Assert.Equal("200", verdict));
        Assert.Equal(3, api.Line.Questions);
    }

    [Fact]
    public async Task A_thousand_concurrent_requests_with_one_new_token_cause_one_introspection()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Token();
        api.Line.Hold();
        var requests = Enumerable.Range(0, 1000).Select(_ => api.VerdictAsync(token)).ToArray();
        await IntrospectingApi.Eventually(() => api.Introspector.Waiting == 1000);
        api.Line.Release();

        Assert.All(await Task.WhenAll(requests), verdict => Assert.Equal("200", verdict));
        Assert.Equal(1, api.Line.Questions);
    }

    [Fact]
    public async Task A_canceled_request_does_not_cancel_the_introspection_that_others_wait_for()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Token();
        using var impatience = new CancellationTokenSource();
        api.Line.Hold();
        var first = api.SendUntilAsync(token, "/me", impatience.Token);
        await api.Line.ArrivedAsync(1);
        var second = api.VerdictAsync(token);
        await IntrospectingApi.Eventually(() => api.Introspector.Waiting == 2);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        api.Line.Release();

        Assert.Equal("200", await second);
        Assert.Equal(1, api.Line.Questions);
    }

    [Fact]
    public async Task An_inactive_response_is_cached_and_a_user_who_is_enabled_again_is_accepted_again()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Realm.Token("bob").For("cli").ExpiresIn(TimeSpan.FromHours(1)).Create();
        api.Realm.Users.Disable("bob");
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("401 inactive", await api.VerdictAsync(token));
        }

        Assert.Equal(1, api.Line.Questions);
        api.Realm.Users.Enable("bob");
        api.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("401 inactive", await api.VerdictAsync(token));
        api.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("200", await api.VerdictAsync(token));
    }

    [Fact]
    public async Task A_revoked_token_that_is_sent_repeatedly_is_introspected_less_and_less_often()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Realm.Token("bob").For("cli").ExpiresIn(TimeSpan.FromHours(1)).Create();
        api.Realm.Sessions.End(Sid(token));

        // Introspected at 0, 30, 90, 210, 450, 750, 1050, ... seconds: the interval doubles up to five minutes.
        for (var second = 0; second < 1100; second += 5)
        {
            Assert.Equal("401 inactive", await api.VerdictAsync(token));
            api.Time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(7, api.Line.Questions);
    }

    [Fact]
    public async Task Invalid_tokens_are_not_sent_to_Keycloak()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Realm.Token("alice").For("cli");

        Assert.Equal("401 signature", await api.VerdictAsync(token.SignedByForeignKey().Create()));
        Assert.Equal("401 expired", await api.VerdictAsync(token.Expired().Create()));
        Assert.Equal("401 audience", await api.VerdictAsync(token.WithAudience("account").Create()));
        Assert.Equal("401 form", await api.VerdictAsync("junk"));
        Assert.Equal(0, api.Line.Questions);
        Assert.Equal("200", await api.VerdictAsync(token.Create()));
    }

    [Fact]
    public async Task A_cached_response_does_not_extend_the_lifetime_of_a_token()
    {
        await using var api = await IntrospectingApi.StartAsync(
            options => (options.Introspection.Freshness, options.ClockSkew) = (TimeSpan.FromMinutes(30), TimeSpan.Zero));
        var token = api.Realm.Token("alice").For("cli").ExpiresIn(TimeSpan.FromMinutes(1)).Create();
        Assert.Equal("200", await api.VerdictAsync(token));

        api.Time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal("401 expired", await api.VerdictAsync(token));
    }

    [Fact]
    public async Task Within_the_clock_skew_after_expiry_only_a_current_response_of_Keycloak_is_used()
    {
        await using var api = await IntrospectingApi.StartAsync(
            options => (options.Introspection.Freshness, options.ClockSkew) = (TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(30)));
        var token = api.Realm.Token("alice").For("cli").ExpiresIn(TimeSpan.FromMinutes(1)).Create();
        var behind = api.Realm.Token("alice").For("cli").ExpiresIn(TimeSpan.FromMinutes(1)).Create();
        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal("200", await api.VerdictAsync(behind));
        api.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal(2, api.Line.Questions);

        api.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("401 inactive", await api.VerdictAsync(token));
        Assert.Equal(3, api.Line.Questions);

        // The clock of Keycloak is behind, so the token is still active there. It is introspected once per second, not on each request.
        api.Line.Instead = _ => Responses.Of(Answers.Of(behind).ToJsonString());
        Assert.Equal("200", await api.VerdictAsync(behind));
        Assert.Equal("200", await api.VerdictAsync(behind));
        Assert.Equal(4, api.Line.Questions);

        api.Line.Instead = null;
        api.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("401 inactive", await api.VerdictAsync(behind));
    }

    [Fact]
    public async Task A_token_that_expires_during_introspection_is_rejected()
    {
        await using var api = await IntrospectingApi.StartAsync(
            options => (options.Introspection.Timeout, options.ClockSkew) = (TimeSpan.FromMinutes(2), TimeSpan.Zero));
        var token = api.Realm.Token("alice").For("cli").ExpiresIn(TimeSpan.FromSeconds(10)).Create();
        api.Line.Instead = _ => Responses.Of(Answers.Of(token).ToJsonString());
        api.Line.Hold();
        var request = api.VerdictAsync(token);
        await api.Line.ArrivedAsync(1);
        api.Time.Advance(TimeSpan.FromSeconds(20));
        api.Line.Release();

        Assert.Equal("401 expired", await request);
    }

    [Fact]
    public async Task Removed_and_assigned_roles_take_effect_within_the_freshness()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var (alice, bob) = (api.Token(), api.Token("bob"));
        Assert.Equal("200", await api.VerdictAsync(alice, "/write"));
        Assert.Equal("403", await api.VerdictAsync(bob, "/write"));

        api.Realm.Users.UnassignRole("alice", "writer", "orders-api");
        api.Realm.Users.AssignRole("bob", "writer", "orders-api");
        api.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("403", await api.VerdictAsync(alice, "/write"));
        Assert.Equal("200", await api.VerdictAsync(bob, "/write"));
        Assert.Equal("200", await api.VerdictAsync(alice));
    }

    [Fact]
    public async Task The_roles_of_the_token_can_be_kept()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.RefreshRoles = false);
        var token = api.Token();
        api.Realm.Users.UnassignRole("alice", "writer", "orders-api");

        Assert.Equal("200", await api.VerdictAsync(token, "/write"));
        Assert.Equal(1, api.Line.Questions);
    }

    [Fact]
    public async Task Schemes_do_not_share_introspection_responses()
    {
        await using var api = await IntrospectingApi.StartAsync(
            services => services.AddKeycloakBearer("Other", options =>
            {
                options.AuthServerUrl = "http://localhost";
                (options.Realm, options.Resource, options.Introspection.Mode) = ("demo", "gateway", IntrospectionMode.Always);
                options.Credentials.Secret = "gateway-secret";
            }),
            app => app.MapGet("/other", () => "other")
                .RequireAuthorization(policy => policy.AddAuthenticationSchemes("Other").RequireAuthenticatedUser()),
            options => options.Introspection.Mode = IntrospectionMode.Always);
        var token = api.Token();

        Assert.Equal("200", await api.VerdictAsync(token));
        var before = api.Line.Questions;
        Assert.Equal("200", await api.VerdictAsync(token, "/other"));

        Assert.Equal(before + 1, api.Line.Questions);
        Assert.StartsWith("Basic Z2F0ZXdheTp", api.Line.LastAuthorization, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_number_of_concurrent_introspections_is_limited()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.MaximumInFlight = 3);
        var tokens = Enumerable.Range(0, 20).Select(_ => api.Token()).ToArray();
        api.Line.Hold();
        var requests = tokens.Select(token => api.VerdictAsync(token)).ToArray();
        await IntrospectingApi.Eventually(() => api.Introspector.Waiting == 20);
        await api.Line.ArrivedAsync(3);
        api.Line.Release();

        Assert.All(await Task.WhenAll(requests), verdict => Assert.Equal("200", verdict));
        Assert.Equal((20, 3), (api.Line.Questions, api.Line.MostAtOnce));
    }
}
