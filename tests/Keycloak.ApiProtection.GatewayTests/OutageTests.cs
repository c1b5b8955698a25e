using System.Diagnostics;
using Gateway;
using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.GatewayTests;

/// <summary>An outage is neither a rejection nor an acceptance: ways that depend on the unavailable server return 503.</summary>
public sealed class OutageTests(OutageTests.PatientSystem system) : IClassFixture<OutageTests.PatientSystem>
{
    public static TheoryData<string> Ways => [.. Way.All];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_token_that_was_not_introspected_gets_503_while_keycloak_is_down(string way)
    {
        var seen = Request.Bearer(await system.TokenAsync("alice"));
        var unseen = Request.Bearer(await system.TokenAsync("alice"));
        Assert.Equal(200, (await GetAsync(way, seen)).Status);

        system.Realm.Faults.GoDown();
        try
        {
            var undecided = await GetAsync(way, unseen);
            var again = await GetAsync(way, seen);
            var anybody = await system.SendAsync(way, Request.Get("/{way}/email"));

            AssertUnavailable(undecided);
            Assert.Equal(401, anybody.Status);

            // The introspecting gateway caches nothing. The library caches Keycloak's last response as long as it is fresh.
            if (way == Way.Introspected)
            {
                AssertUnavailable(again);
            }
            else
            {
                Assert.Equal(200, again.Status);
            }
        }
        finally
        {
            system.Realm.Faults.ComeBack();
        }

        Assert.Equal(200, (await RunningSystem.EventuallyAsync(() => GetAsync(way, unseen), answer => answer.Status != 503)).Status);
    }

    [Theory]
    [InlineData(Way.Introspected, 503)]
    [InlineData(Way.Checked, 401)]
    [InlineData(Way.Direct, 401)]
    public async Task While_keycloak_is_down_a_forged_token_is_rejected_where_the_keys_are_cached(string way, int expected)
    {
        Assert.Equal(200, (await GetAsync(way, Request.Bearer(await system.TokenAsync("alice")))).Status);
        var forged = Request.Bearer(system.Realm.Token("alice").For("cli").Tampered().Create());

        system.Realm.Faults.GoDown();
        try
        {
            Assert.Equal(expected, (await GetAsync(way, forged)).Status);
        }
        finally
        {
            system.Realm.Faults.ComeBack();
        }
    }

    [Theory]
    [InlineData(WrongAnswer.Html)]
    [InlineData(WrongAnswer.Empty)]
    [InlineData(WrongAnswer.BrokenJson)]
    [InlineData(WrongAnswer.JsonArray)]
    [InlineData(WrongAnswer.CutOff)]
    [InlineData(WrongAnswer.Redirect)]
    [InlineData(WrongAnswer.NotFound)]
    [InlineData(WrongAnswer.TooManyRequests)]
    [InlineData(WrongAnswer.ServerError)]
    public async Task An_invalid_introspection_response_leads_to_503(WrongAnswer wrong)
    {
        var token = Request.Bearer(await system.TokenAsync("alice"));

        system.Realm.Faults.AnswerWrongly(wrong, RealmEndpoint.Introspection);
        try
        {
            AssertUnavailable(await GetAsync(Way.Introspected, token));
        }
        finally
        {
            system.Realm.Faults.AnswerNormally();
        }

        Assert.Equal(200, (await GetAsync(Way.Introspected, token)).Status);
    }

    [Fact]
    public async Task An_introspection_response_that_is_too_large_closes_the_connection_without_a_response()
    {
        var token = Request.Bearer(await system.TokenAsync("alice"));

        system.Realm.Faults.AnswerWrongly(WrongAnswer.Huge, RealmEndpoint.Introspection);
        try
        {
            // NGINX aborts the whole request if the response of a subrequest is too large, so there is no response.
            Assert.Equal(0, (await GetAsync(Way.Introspected, token)).Status);
        }
        finally
        {
            system.Realm.Faults.AnswerNormally();
        }

        Assert.Equal(200, (await GetAsync(Way.Introspected, token)).Status);
    }

    [Fact]
    public async Task A_wrong_secret_of_the_gateway_leads_to_503_and_not_to_a_rejection()
    {
        var token = Request.Bearer(await system.TokenAsync("alice"));

        system.Realm.Clients.SetSecret("gateway", "another");
        try
        {
            AssertUnavailable(await GetAsync(Way.Introspected, token));
        }
        finally
        {
            system.Realm.Clients.SetSecret("gateway", "gateway-secret");
        }

        Assert.Equal(200, (await GetAsync(Way.Introspected, token)).Status);
    }

    [Theory]
    [InlineData("token-check", Way.Checked)]
    [InlineData("orders-behind", Way.Introspected, Way.Checked)]
    [InlineData("orders-direct", Way.Direct)]
    public async Task A_server_that_is_down_affects_only_the_ways_that_need_it(string server, params string[] unavailable)
    {
        var token = Request.Bearer(await system.TokenAsync("alice"));
        var process = system.Article.Processes.Single(process => process.Name == server);

        await process.StopAsync();
        try
        {
            foreach (var way in Way.All)
            {
                var answer = await GetAsync(way, token);
                if (unavailable.Contains(way))
                {
                    AssertUnavailable(answer);
                }
                else
                {
                    Assert.Equal(200, answer.Status);
                }
            }
        }
        finally
        {
            await process.StartAsync(TestContext.Current.CancellationToken);
        }

        Assert.All(await Task.WhenAll(Way.All.Select(way => GetAsync(way, token))), answer => Assert.Equal(200, answer.Status));
    }

    [Fact]
    public async Task A_token_check_that_hangs_leads_to_503_until_it_continues()
    {
        var token = Request.Bearer(await system.TokenAsync("alice"));
        Assert.Equal(200, (await GetAsync(Way.Checked, token)).Status);

        await SignalAsync("STOP", system.Article.TokenCheck.Id);
        try
        {
            AssertUnavailable(await GetAsync(Way.Checked, token));
            Assert.Equal(200, (await GetAsync(Way.Direct, token)).Status);
        }
        finally
        {
            await SignalAsync("CONT", system.Article.TokenCheck.Id);
        }

        Assert.Equal(200, (await GetAsync(Way.Checked, token)).Status);
        Assert.True(system.Article.TokenCheck.IsRunning);
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", "--", $"-{process}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static void AssertUnavailable(RawAnswer answer)
    {
        Assert.Equal(503, answer.Status);
        Assert.NotEqual(string.Empty, answer.Header("Retry-After"));
        Assert.DoesNotContain("@example.com", answer.Text, StringComparison.Ordinal);
    }

    private Task<RawAnswer> GetAsync(string way, string token) => system.SendAsync(way, Request.Get("/{way}/email", token));

    /// <summary>
    /// Introspection results stay fresh for longer than the tests run, so the results do not depend on the speed of the tests.
    /// </summary>
    public sealed class PatientSystem : RunningSystem
    {
        protected override ArticleSystemOptions Options() => new() { Freshness = TimeSpan.FromHours(1) };
    }
}
