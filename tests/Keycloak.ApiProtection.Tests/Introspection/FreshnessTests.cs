using Keycloak.ApiProtection.Realms;
using Microsoft.AspNetCore.Builder;

namespace Keycloak.ApiProtection.Tests.Introspection;

/// <summary>The maximum age of an introspection response, and how long an inactive response is cached.</summary>
public sealed class FreshnessTests
{
    private static readonly string[] Duties = ["auditor"];
    private static readonly string[] Readers = ["reader"];

    [Fact]
    public async Task The_age_of_a_response_is_measured_from_when_its_request_was_sent()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.Timeout = TimeSpan.FromMinutes(2));
        var token = api.Token();
        api.Line.Hold();
        var request = api.VerdictAsync(token);
        await api.Line.ArrivedAsync(1);
        api.Time.Advance(TimeSpan.FromSeconds(20));
        api.Line.Release();
        Assert.Equal("200", await request);

        api.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("200", await api.VerdictAsync(token));

        Assert.Equal(2, api.Line.Questions);
    }

    [Fact]
    public async Task A_response_that_took_longer_than_the_freshness_is_used_only_for_requests_that_waited_for_it()
    {
        await using var api = await IntrospectingApi.StartAsync(
            options => (options.Introspection.Timeout, options.Introspection.Freshness)
                = (TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10)));
        var token = api.Token();
        api.Line.Hold();
        var request = api.VerdictAsync(token);
        await api.Line.ArrivedAsync(1);
        api.Time.Advance(TimeSpan.FromSeconds(20));
        api.Line.Release();
        Assert.Equal("200", await request);

        Assert.Equal("200", await api.VerdictAsync(token));

        Assert.Equal(2, api.Line.Questions);
    }

    [Fact]
    public async Task An_endpoint_cannot_extend_the_freshness_of_the_API()
    {
        await using var api = await IntrospectingApi.StartAsync(
            _ => { },
            app => app.MapGet("/relaxed", () => "relaxed").RequireActiveToken(TimeSpan.FromMinutes(10)),
            options => options.Introspection.Mode = IntrospectionMode.Always);
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token, "/relaxed"));
        api.Realm.Users.Disable("alice");
        api.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("401 inactive", await api.VerdictAsync(token, "/relaxed"));
    }

    [Fact]
    public async Task Even_with_a_freshness_of_zero_a_revoked_token_is_introspected_once_in_five_seconds()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.Freshness = TimeSpan.Zero);
        var token = api.Token();
        api.Realm.Users.Disable("alice");
        for (var i = 0; i < 49; i++)
        {
            Assert.Equal("401 inactive", await api.VerdictAsync(token));
            api.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(1, api.Line.Questions);
        api.Realm.Users.Enable("alice");
        api.Time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal("200", await api.VerdictAsync(token));
    }

    [Fact]
    public async Task After_a_user_is_accepted_again_the_next_inactive_response_is_cached_only_briefly()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Realm.Token("bob").For("cli").ExpiresIn(TimeSpan.FromHours(1)).Create();
        api.Realm.Users.Disable("bob");
        Assert.Equal("401 inactive", await api.VerdictAsync(token));
        api.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("401 inactive", await api.VerdictAsync(token));
        api.Realm.Users.Enable("bob");
        api.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("200", await api.VerdictAsync(token));

        api.Realm.Users.Disable("bob");
        api.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("401 inactive", await api.VerdictAsync(token));
        api.Realm.Users.Enable("bob");
        api.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("200", await api.VerdictAsync(token));
    }

    [Fact]
    public async Task A_flat_role_claim_that_is_in_the_token_comes_from_the_response()
    {
        await using var api = await IntrospectingApi.StartAsync(
            _ => { },
            app => app.MapGet("/flat", () => "flat").RequireAuthorization(policy => policy.RequireRole("auditor")),
            options =>
            {
                options.Introspection.Mode = IntrospectionMode.Always;
                options.Claims.RoleClaims.Add("duties");
            });
        var other = api.Token();
        var (told, taken) = (
            api.Realm.Token("alice").For("cli").WithClaim("duties", Readers).Create(),
            api.Realm.Token("alice").For("cli").WithClaim("duties", Duties).Create());
        var answer = Answers.Of(told);
        answer["duties"] = new System.Text.Json.Nodes.JsonArray("auditor");
        api.Line.Instead = _ => Responses.Of((
            api.Line.LastForm["token"] == told ? answer
            : api.Line.LastForm["token"] == other ? With(Answers.Of(other))
            : Without(Answers.Of(taken))).ToJsonString());

        Assert.Equal("200", await api.VerdictAsync(told, "/flat"));
        Assert.Equal("403", await api.VerdictAsync(taken, "/flat"));
        Assert.Equal("403", await api.VerdictAsync(other, "/flat"));

        static System.Text.Json.Nodes.JsonObject With(System.Text.Json.Nodes.JsonObject answer)
        {
            answer["duties"] = new System.Text.Json.Nodes.JsonArray("auditor");
            return answer;
        }

        static System.Text.Json.Nodes.JsonObject Without(System.Text.Json.Nodes.JsonObject answer)
        {
            answer.Remove("duties");
            return answer;
        }
    }
}
