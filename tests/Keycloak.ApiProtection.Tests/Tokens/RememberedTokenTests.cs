using System.Runtime.CompilerServices;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Verified;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>A token that was verified before is compared, and nothing that could stop it is forgotten. A miss is a signature that was checked.</summary>
public sealed class RememberedTokenTests
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    [Fact]
    public async Task A_token_that_comes_again_is_not_verified_again_and_is_the_same_token()
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
    public async Task A_long_token_keeps_none_of_its_claims_and_a_short_one_its_rights()
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
    public async Task A_token_that_differs_from_a_remembered_one_in_any_letter_is_refused()
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
    public async Task A_letter_beyond_ASCII_is_not_taken_for_the_one_with_the_same_low_byte(int more)
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.Text;
        await RememberAsync(api, text);

        foreach (var position in new[] { 0, text.Length / 2, text.Length - 5 })
        {
            Assert.Equal("form", await OrdersApi.VerdictAsync(api.Remembering, text[..position] + (char)(text[position] + more) + text[(position + 1)..]));
        }
    }

    [Fact]
    public async Task A_remembered_token_ends_when_it_ends_to_the_second()
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
    public async Task A_clock_that_is_set_back_before_a_remembered_token_began_refuses_it(string claim, string code)
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
    public async Task A_remembered_token_stops_with_its_key_and_hits_alone_notice_that_it_went()
    {
        var other = TestKey.Ec("other");
        using var api = await OrdersApi.StartAsync(other);
        var text = api.Alice.WithDate("exp", api.Now.AddHours(1)).Text;
        await RememberAsync(api, text);
        api.Realm.Rotate(other);
        api.Realm.Time.Advance(TimeSpan.FromMinutes(6));

        // Due: this hit still counts, and starts the refresh.
        await AcceptAsync(api.Remembering, text);
        await api.SettledAsync();
        Assert.Equal(2, api.Realm.Fetches);

        Assert.Equal("key_unknown", await OrdersApi.VerdictAsync(api.Remembering, text));
        Assert.Equal((1, 2), (api.Counts.Misses, api.Counts.Hits));
        Assert.Equal(0, api.Counts.Tokens);
    }

    [Fact]
    public async Task Another_key_under_the_same_name_does_not_inherit_what_the_old_one_verified()
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
    public async Task After_an_idle_time_a_remembered_token_waits_until_the_keys_have_been_read_again()
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.WithDate("exp", api.Now.AddHours(1)).Text;
        await RememberAsync(api, text);
        api.Realm.Time.Advance(TimeSpan.FromMinutes(11));
        api.Realm.Hold();

        var waiting = OrdersApi.VerdictAsync(api.Remembering, text);
        await api.Realm.ArrivedAsync(3);
        Assert.False(waiting.IsCompleted);
        api.Realm.Release();

        Assert.Equal(OrdersApi.Accepted, await waiting);
        Assert.Equal(2, api.Realm.Fetches);
    }

    [Fact]
    public async Task While_Keycloak_is_out_of_reach_for_too_long_a_remembered_token_is_neither_good_nor_bad()
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
    public async Task What_one_scheme_remembers_opens_no_other_scheme()
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.Text;
        await RememberAsync(api, text);

        Assert.Equal("audience", await OrdersApi.VerdictAsync(api.Remember(OrdersApi.Asking(audiences: ["nobody-api"])), text));
        Assert.Equal("issuer", await OrdersApi.VerdictAsync(api.Remember(OrdersApi.Asking(issuers: ["https://kc.example/realms/other"])), text));
        Assert.Equal("algorithm", await OrdersApi.VerdictAsync(api.Remember(OrdersApi.Asking(algorithms: ["ES256"])), text));
        Assert.Equal(OrdersApi.Accepted, await OrdersApi.VerdictAsync(api.Remembering, text));
    }

    [Fact]
    public async Task What_was_refused_is_never_remembered()
    {
        using var api = await OrdersApi.StartAsync();
        var signature = api.Alice.Signature;
        signature[100] ^= 1;

        foreach (var token in new[] { api.Alice.Signed(_ => signature), api.Alice.WithText("aud", "account"), api.Alice.WithDate("exp", api.Now.AddHours(-1)) })
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
    public async Task The_same_token_in_parallel_is_verified_at_most_once_a_thread_and_remembered_once()
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
