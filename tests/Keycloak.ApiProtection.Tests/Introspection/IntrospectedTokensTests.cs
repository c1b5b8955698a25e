using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Introspection;

public sealed class IntrospectedTokensTests
{
    [Fact]
    public async Task Ten_thousand_revoked_tokens_are_introspected_once_each()
    {
        using var realm = new RealmStub(OrdersApi.Key);
        var questions = 0;
        realm.Instead = request =>
        {
            if (request.Method != HttpMethod.Post)
            {
                return null;
            }

            Interlocked.Increment(ref questions);
            return Responses.Of("""{"active":false}""");
        };
        using var introspector = await OpenAsync(realm);

        for (var round = 0; round < 5; round++)
        {
            var asked = Enumerable.Range(0, 10_000).Select(async i =>
            {
                var result = await introspector.AskAsync(
                    Token(realm),
                    $"token {i}".AsMemory(),
                    new RequiredAnswer(TimeSpan.FromSeconds(30), MayBeStale: true),
                    TestContext.Current.CancellationToken);
                Assert.True(result.IsRejected(out var rejection));
                Assert.Equal("inactive", rejection.Code);
            });
            await Task.WhenAll(asked);
        }

        Assert.Equal(10_000, questions);
        Assert.InRange(realm.MostAtOnce, 1, 64);
    }

    [Fact]
    public async Task The_cache_is_bounded_and_expired_entries_are_removed()
    {
        using var realm = new RealmStub(OrdersApi.Key)
        {
            Instead = request => request.Method == HttpMethod.Post ? Responses.Of("""{"active":false}""") : null,
        };
        using var introspector = await OpenAsync(realm, maximum: 100);
        async Task AskAsync(int i) =>
            await introspector.AskAsync(
                Token(realm),
                $"token {i}".AsMemory(),
                new RequiredAnswer(TimeSpan.FromSeconds(30), MayBeStale: true),
                TestContext.Current.CancellationToken);
        for (var i = 0; i < 1000; i++)
        {
            await AskAsync(i);
            Assert.InRange(introspector.Count, 1, 101);
        }

        realm.Time.Advance(TimeSpan.FromMinutes(10));
        for (var i = 1000; i < 1100; i++)
        {
            await AskAsync(i);
        }

        Assert.InRange(introspector.Count, 100, 101);
        realm.Time.Advance(TimeSpan.FromMinutes(10));
        for (var i = 2000; i < 2060; i++)
        {
            await AskAsync(i);
        }

        Assert.InRange(introspector.Count, 60, 61);
    }

    [Fact]
    public async Task The_cache_is_also_bounded_in_bytes_when_responses_have_claims_of_their_own()
    {
        using var realm = new RealmStub(OrdersApi.Key);
        var answer = Encoding.UTF8.GetString(Token(realm).Claims.Payload.Span)[..^1]
            + $",\"active\":true,\"token_type\":\"Bearer\",\"realm_access\":{{\"roles\":[\"{new string('r', 10_000)}\"]}}}}";
        realm.Instead = request => request.Method == HttpMethod.Post ? Responses.Of(answer) : null;
        using var introspector = await OpenAsync(realm, maximum: 100);
        var first = Token(realm, ",\"realm_access\":{}");
        for (var i = 0; i < 50; i++)
        {
            var token = i == 0 ? first : Token(realm, ",\"realm_access\":{}");
            var result = await introspector.AskAsync(
                token,
                $"token {i}".AsMemory(),
                new RequiredAnswer(TimeSpan.FromSeconds(30), MayBeStale: true),
                TestContext.Current.CancellationToken);
            Assert.True(result.IsAccepted(out var claims));
            Assert.Single(claims.RealmRoles.ToArray());

            // A response that has just arrived can exceed the limit until it is counted.
            Assert.InRange(introspector.Bytes, 1, (100 * 4096) + 300);
        }

        // The limit is 4 KB for each entry on average, and each response is counted as four times its 10,000 letters.
        Assert.InRange(introspector.Count, 8, 11);
        var introspected = (IntrospectedToken)first.Introspected!;
        Assert.True(introspected.IsEvicted);
        Assert.Null(introspected.Answer);
        var again = await introspector.AskAsync(
            first,
            "token 0".AsMemory(),
            new RequiredAnswer(TimeSpan.FromSeconds(30), MayBeStale: true),
            TestContext.Current.CancellationToken);
        Assert.Equal(again.IsAccepted(out _), !((IntrospectedToken)first.Introspected!).IsEvicted);
    }

    [Fact]
    public async Task A_fresh_cached_response_is_used_without_waiting_or_allocating()
    {
        using var realm = new RealmStub(OrdersApi.Key);
        var token = Token(realm);
        realm.Instead = request => request.Method == HttpMethod.Post ? Responses.Of(
            Encoding.UTF8.GetString(token.Claims.Payload.Span)[..^1] + ",\"active\":true,\"token_type\":\"Bearer\"}") : null;
        using var introspector = await OpenAsync(realm);
        var text = "token".AsMemory();
        var cancellation = TestContext.Current.CancellationToken;
        var required = new RequiredAnswer(TimeSpan.FromSeconds(30), MayBeStale: true);
        Assert.True((await introspector.AskAsync(token, text, required, cancellation)).IsAccepted(out var claims));
        Assert.Same(token.Claims, claims);
        var (allocated, waited) = (0L, false);
        for (var i = 0; i < 1000; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var asked = introspector.AskAsync(token, text, required, cancellation);
            waited |= !asked.IsCompletedSuccessfully;
            (await asked).IsAccepted(out _);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal((0, false), (allocated, waited));
    }

    [Fact]
    public async Task A_request_uses_a_response_that_arrives_after_its_cache_lookup_instead_of_sending_another()
    {
        using var realm = new RealmStub(OrdersApi.Key);
        using var introspector = await OpenAsync(realm);
        var (token, text) = (Token(realm), "token".AsMemory());
        var state = new IntrospectedToken(introspector, token.ExpiresAt);
        Assert.NotNull(state.Join(null, token, text, _ => true, "first", out var first));
        var answer = new IntrospectionAnswer(7, null, null, null, 0, long.MaxValue);
        Assert.Null(state.Complete(answer, out _));

        var joined = state.Join(null, token, text, askedAt => askedAt == 7, "first", out var second);

        Assert.Equal((true, false), (first, second));
        Assert.Same(answer, await joined.Completion);
        state.Join(null, token, text, _ => false, "again", out var tooOld);
        Assert.True(tooOld);
        state.Complete(null, out _);
        state.Join(answer, token, text, _ => true, "again", out var known);
        Assert.True(known);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_in_use_is_not_evicted_when_many_others_are_added(bool active)
    {
        using var realm = new RealmStub(OrdersApi.Key);
        var questions = 0;
        var answer = active
            ? Encoding.UTF8.GetString(Token(realm).Claims.Payload.Span)[..^1] + ",\"active\":true,\"token_type\":\"Bearer\"}"
            : "{\"active\":false}";
        realm.Instead =
            request => request.Method == HttpMethod.Post && Interlocked.Increment(ref questions) > 0 ? Responses.Of(answer) : null;
        using var introspector = await OpenAsync(realm, maximum: 100);
        async Task AskAsync(string text) =>
            await introspector.AskAsync(
                Token(realm),
                text.AsMemory(),
                new RequiredAnswer(TimeSpan.FromSeconds(30), MayBeStale: true),
                TestContext.Current.CancellationToken);

        for (var i = 0; i < 500; i++)
        {
            if (i % 10 == 0)
            {
                realm.Time.Advance(TimeSpan.FromMilliseconds(500));
                await AskAsync("used");
            }

            await AskAsync($"other {i}");
        }

        Assert.Equal(501, questions);
    }

    [Fact]
    public async Task A_verified_token_is_introspected_once_for_each_introspector()
    {
        using var realm = new RealmStub(OrdersApi.Key);
        var questions = 0;
        realm.Instead = request => request.Method == HttpMethod.Post && Interlocked.Increment(ref questions) > 0 ? Responses.Of(
            """{"active":false}""") : null;
        using var first = await OpenAsync(realm);
        using var second = await OpenAsync(realm);
        var token = Token(realm);

        foreach (var introspector in new[] { first, second, first, second })
        {
            await introspector.AskAsync(
                token,
                "token".AsMemory(),
                new RequiredAnswer(TimeSpan.FromSeconds(30), MayBeStale: true),
                TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, questions);
    }

    [Fact]
    public async Task A_request_that_waits_while_the_application_stops_gets_an_undecided_result()
    {
        using var realm = new RealmStub(OrdersApi.Key);
        var introspector = await OpenAsync(realm);
        realm.HoldResponses();
        var asked = introspector.AskAsync(
            Token(realm),
            "token".AsMemory(),
            new RequiredAnswer(TimeSpan.FromSeconds(30), MayBeStale: true),
            TestContext.Current.CancellationToken).AsTask();
        await IntrospectingApi.Eventually(() => introspector.Waiting == 1);

        introspector.Dispose();

        var result = await asked.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.False(result.IsAccepted(out _) || result.IsRejected(out _));
    }

    [Theory]
    [InlineData("http://kc.example/introspect", 0)]
    [InlineData("https://kc.example/introspect", 1)]
    public async Task Tokens_and_credentials_are_sent_only_over_HTTPS(string address, int questions)
    {
        using var realm = new RealmStub(OrdersApi.Key);
        var asked = 0;
        realm.Discovery["introspection_endpoint"] = address;
        realm.Instead = request => request.Method == HttpMethod.Post && Interlocked.Increment(ref asked) > 0 ? Responses.Of(
            """{"active":false}""") : null;
        using var introspector = await OpenAsync(realm);

        var result = await introspector.AskAsync(
            Token(realm),
            "token".AsMemory(),
            new RequiredAnswer(TimeSpan.FromSeconds(30), MayBeStale: true),
            TestContext.Current.CancellationToken);

        Assert.Equal((questions, questions == 1), (asked, result.IsRejected(out _)));
    }

    [Fact]
    public async Task A_response_from_a_redirect_target_is_ignored()
    {
        using var realm = new RealmStub(OrdersApi.Key);
        realm.Instead = request =>
        {
            if (request.Method != HttpMethod.Post)
            {
                return null;
            }

            var answer = Responses.Of("""{"active":false}""");
            answer.RequestMessage = new HttpRequestMessage(HttpMethod.Get, "https://elsewhere.example/");
            return answer;
        };
        using var introspector = await OpenAsync(realm);

        var result = await introspector.AskAsync(
            Token(realm),
            "token".AsMemory(),
            new RequiredAnswer(TimeSpan.FromSeconds(30), MayBeStale: true),
            TestContext.Current.CancellationToken);

        Assert.False(result.IsRejected(out _));
        Assert.Contains("redirects", realm.Log.Text("IntrospectionFailed"), StringComparison.Ordinal);
    }

    private static async Task<Introspector> OpenAsync(RealmStub realm, int maximum = 50_000)
    {
        var keys = await realm.OpenReadAsync();
        return new Introspector(
            new IntrospectionSettings
            {
                Realm = realm.Settings,
                Mode = IntrospectionMode.Always,
                ClientId = "orders-api",
                TokenIssuers = [RealmStub.Issuer],
                Audiences = ["orders-api"],
                Claims = new KeycloakClaimsOptions(),
                MaximumTokens = maximum,
            },
            keys,
            new ClientSecretPost("orders-api", "secret"),
            realm,
            realm.Time,
            new IntrospectionMetrics(
                new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
            new IntrospectionReports("Keycloak", realm.Time, realm.Log));
    }

    private static AccessToken Token(RealmStub realm, string more = "")
    {
        var now = realm.Now.ToUnixTimeSeconds();
        var json = Encoding.UTF8.GetBytes(
            $$"""{"exp":{{now + 300}},"iat":{{now}}"""
            + $$""","jti":"1","iss":"{{RealmStub.Issuer}}","aud":"orders-api","sub":"alice","typ":"Bearer","azp":"cli"{{more}}}""");
        Assert.True(TokenClaims.TryRead(json, out var claims, out _));
        Assert.True(SigningAlgorithm.TryGet("RS256", out var algorithm));
        return new AccessToken([], claims, null!, algorithm, new AccessTokenClaims(json, new KeycloakClaimsOptions(), RealmStub.Issuer));
    }
}
