using System.Runtime.CompilerServices;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Verified;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>
/// A token that was verified before is only compared, but everything that can invalidate it is still checked. A miss is a signature that
/// was checked.
/// </summary>
public sealed class RememberedTokenTests
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    [Fact]
    public async Task A_token_sent_again_is_not_verified_again_and_gives_the_same_object()
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.Text;

        var first = await AcceptAsync(api.Remembering, text);
        var again = await AcceptAsync(api.Remembering, new string(text.AsSpan()));

        Assert.Same(first, again);
        Assert.Equal((1, 1), (api.Counts.Misses, api.Counts.Hits));
        Assert.Equal(api.Alice.PayloadBytes, again.Claims.Payload);
        Assert.True(again.Claims.Scopes.Contains("email"));
        Assert.Equal("alice", again.Claims.Name);
        Assert.Equal((await AcceptAsync(api.Verifier, text)).Claims.All.ToArray(), again.Claims.All.ToArray());
    }

    [Fact]
    public async Task A_long_cached_token_keeps_none_of_its_parsed_claims_and_a_short_one_keeps_its_roles()
    {
        using var api = await OrdersApi.StartAsync();
        var roles = string.Join(',', Enumerable.Range(0, 200).Select(number => $"\"role-{number:D4}\""));
        var (small, large) = (api.Alice.Text, api.Alice.With("realm_access", $"{{\"roles\":[{roles}]}}").Text);
        Assert.InRange(large.Length, 4_096, VerifiedTokens.LongestToken);
        var (rights, many) = (await ReadAsync(small), await ReadAsync(large));
        GC.Collect();

        Assert.True(rights.IsAlive);
        Assert.False(many.IsAlive);
        Assert.True((await AcceptAsync(api.Remembering, large)).Claims.RealmRoles.Contains("role-0199"));
        Assert.Equal((2, 1), (api.Counts.Misses, api.Counts.Hits));

        async Task<WeakReference> ReadAsync(string text)
        {
            var token = await AcceptAsync(api.Remembering, text);
            return Weak(token);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Weak(AccessToken token) => new(token.Claims.RealmRoles);
    }

    [Fact]
    public async Task A_token_that_differs_from_a_cached_one_in_any_character_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.Text;
        await RememberAsync(api, text);

        for (var position = 0; position < text.Length; position++)
        {
            var letter = Letters[(Letters.IndexOf(text[position], StringComparison.Ordinal) + 1) % Letters.Length];
            var changed = text[..position] + letter + text[(position + 1)..];
            Assert.NotEqual(OrdersApi.Accepted, await OrdersApi.VerdictAsync(api.Remembering, changed));
        }

        foreach (var changed in new[] { text[..^1], text + "A", text + ".", text + "=", "A" + text, text[1..], text.ToLowerInvariant() })
        {
            Assert.NotEqual(OrdersApi.Accepted, await OrdersApi.VerdictAsync(api.Remembering, changed));
        }

        Assert.Equal(1, api.Counts.Hits);
        Assert.Equal(1, api.Counts.Tokens);
        await AcceptAsync(api.Remembering, text);
        Assert.Equal(2, api.Counts.Hits);
    }

    [Theory]
    [InlineData(0x100)]
    [InlineData(0xFF00)]
    public async Task A_non_ASCII_character_is_not_confused_with_the_ASCII_character_of_the_same_low_byte(int more)
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.Text;
        await RememberAsync(api, text);

        foreach (var position in new[] { 0, text.Length / 2, text.Length - 5 })
        {
            Assert.Equal(
                "form",
                await OrdersApi.VerdictAsync(api.Remembering, text[..position] + (char)(text[position] + more) + text[(position + 1)..]));
        }
    }

    [Fact]
    public async Task A_cached_token_expires_exactly_on_time()
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.Text;
        await RememberAsync(api, text);

        api.Realm.Time.SetWallClock(api.Now.AddSeconds(240 + 30).AddTicks(-1));
        await AcceptAsync(api.Remembering, text);
        api.Realm.Time.SetWallClock(api.Now.AddTicks(1));

        Assert.Equal("expired", await OrdersApi.VerdictAsync(api.Remembering, text));
        Assert.Equal((1, 2), (api.Counts.Misses, api.Counts.Hits));
        Assert.Equal(0, api.Counts.Tokens);
    }

    [Theory]
    [InlineData("nbf", "not_yet_valid")]
    [InlineData("iat", "issued_ahead")]
    public async Task A_cached_token_is_rejected_if_the_clock_is_set_back_before_it_is_valid(string claim, string code)
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.WithDate("iat", api.Now.AddDays(-1)).WithDate(claim, api.Now.AddSeconds(-60)).Text;
        await RememberAsync(api, text);
        var now = api.Now;

        api.Realm.Time.SetWallClock(now.AddSeconds(-90));
        await AcceptAsync(api.Remembering, text);
        api.Realm.Time.SetWallClock(now.AddSeconds(-90).AddTicks(-1));
        Assert.Equal(code, await OrdersApi.VerdictAsync(api.Remembering, text));

        api.Realm.Time.SetWallClock(now);
        await AcceptAsync(api.Remembering, text);
        Assert.Equal(1, api.Counts.Misses);
    }

    [Fact]
    public async Task A_cached_token_is_rejected_after_its_key_is_removed_even_without_any_cache_miss()
    {
        var other = TestKey.Ec("other");
        using var api = await OrdersApi.StartAsync(other);
        var text = api.Alice.WithDate("exp", api.Now.AddHours(1)).Text;
        await RememberAsync(api, text);
        api.Realm.Rotate(other);
        api.Realm.Time.Advance(TimeSpan.FromMinutes(6));

        // A refresh is due: this hit is still accepted and starts the refresh.
        await AcceptAsync(api.Remembering, text);
        await api.SettledAsync();
        Assert.Equal(2, api.Realm.Fetches);

        Assert.Equal("key_unknown", await OrdersApi.VerdictAsync(api.Remembering, text));
        Assert.Equal((1, 2), (api.Counts.Misses, api.Counts.Hits));
        Assert.Equal(0, api.Counts.Tokens);
    }

    [Fact]
    public async Task A_token_verified_with_an_old_key_is_verified_again_if_another_key_has_the_same_kid()
    {
        var other = TestKey.Ec("other");
        using var api = await OrdersApi.StartAsync(other);
        var text = api.Alice.WithDate("exp", api.Now.AddHours(1)).Text;
        await RememberAsync(api, text);
        api.Realm.Rotate(TestKey.Rsa(OrdersApi.KeyId, "RS256", which: 1));
        api.Realm.Time.Advance(TimeSpan.FromMinutes(6));
        await AcceptAsync(api.Remembering, text);
        await api.SettledAsync();

        Assert.Equal("signature", await OrdersApi.VerdictAsync(api.Remembering, text));
        Assert.Equal(2, api.Counts.Misses);
    }

    [Fact]
    public async Task After_an_idle_period_a_cached_token_waits_until_the_keys_are_refreshed()
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.WithDate("exp", api.Now.AddHours(1)).Text;
        await RememberAsync(api, text);
        api.Realm.Time.Advance(TimeSpan.FromMinutes(11));
        api.Realm.HoldResponses();

        var waiting = OrdersApi.VerdictAsync(api.Remembering, text);
        await api.Realm.ArrivedAsync(3);
        Assert.False(waiting.IsCompleted);
        api.Realm.Release();

        Assert.Equal(OrdersApi.Accepted, await waiting);
        Assert.Equal(2, api.Realm.Fetches);
    }

    [Fact]
    public async Task If_Keycloak_is_unavailable_for_too_long_a_cached_token_is_neither_accepted_nor_rejected()
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.WithDate("exp", api.Now.AddDays(3)).Text;
        await RememberAsync(api, text);
        api.Realm.GoDown();

        api.Realm.Time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(OrdersApi.Accepted, await OrdersApi.VerdictAsync(api.Remembering, text));
        api.Realm.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(OrdersApi.Undecided, await OrdersApi.VerdictAsync(api.Remembering, text));
    }

    [Fact]
    public async Task A_token_cached_by_one_scheme_is_not_accepted_by_another()
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.Text;
        await RememberAsync(api, text);

        Assert.Equal("audience", await OrdersApi.VerdictAsync(api.Remember(OrdersApi.Asking(audiences: ["nobody-api"])), text));
        Assert.Equal(
            "issuer", await OrdersApi.VerdictAsync(api.Remember(OrdersApi.Asking(issuers: ["https://kc.example/realms/other"])), text));
        Assert.Equal("algorithm", await OrdersApi.VerdictAsync(api.Remember(OrdersApi.Asking(algorithms: ["ES256"])), text));
        Assert.Equal(OrdersApi.Accepted, await OrdersApi.VerdictAsync(api.Remembering, text));
    }

    [Fact]
    public async Task Rejected_tokens_are_never_cached()
    {
        using var api = await OrdersApi.StartAsync();
        var signature = api.Alice.Signature;
        signature[100] ^= 1;

        foreach (var token in new[]
        {
            api.Alice.Signed(_ => signature), api.Alice.WithText("aud", "account"), api.Alice.WithDate("exp", api.Now.AddHours(-1)),
        })
        {
            var verdict = await OrdersApi.VerdictAsync(api.Remembering, token.Text);
            Assert.NotEqual(OrdersApi.Accepted, verdict);
            Assert.Equal(verdict, await OrdersApi.VerdictAsync(api.Remembering, token.Text));
        }

        Assert.Equal((0, 0, 2), (api.Counts.Tokens, api.Counts.Hits, api.Counts.Misses));
    }

    [Theory]
    [InlineData(4_000, 1)]
    [InlineData(7_000, 2)]
    public async Task Very_long_tokens_are_verified_each_time(int letters, int signatures)
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.WithText("note", new string('x', letters)).Text;

        await AcceptAsync(api.Remembering, text);
        await AcceptAsync(api.Remembering, text);

        Assert.Equal(signatures, api.Counts.Misses);
    }

    [Fact]
    public async Task A_token_sent_concurrently_is_verified_at_most_once_per_thread_and_cached_once()
    {
        const int threads = 8;
        using var api = await OrdersApi.StartAsync();
        using var together = new Barrier(threads);
        var text = api.Alice.Text;

        var tokens = await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait(TestContext.Current.CancellationToken);
                return AcceptAsync(api.Remembering, text);
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));

        Assert.InRange(api.Counts.Misses, 1, threads);
        Assert.Equal(threads, api.Counts.Misses + api.Counts.Hits);
        Assert.Equal(1, api.Counts.Tokens);
        Assert.Single(tokens.Distinct());
    }

    private static async Task RememberAsync(OrdersApi api, string text)
    {
        await AcceptAsync(api.Remembering, text);
        await AcceptAsync(api.Remembering, text);
        Assert.Equal((1, 1), (api.Counts.Misses, api.Counts.Hits));
    }

    private static async Task<AccessToken> AcceptAsync(AccessTokenVerifier verifier, string text)
    {
        var verification = await verifier.VerifyAsync(text.AsMemory(), TestContext.Current.CancellationToken);
        Assert.True(verification.IsAccepted(out var token));
        return token;
    }
}
