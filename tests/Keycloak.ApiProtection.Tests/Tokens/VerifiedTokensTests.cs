using System.Buffers.Text;
using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tokens.Verified;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>Which tokens the cache of verified tokens keeps and evicts, and how little attackers can influence that.</summary>
public sealed class VerifiedTokensTests
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly TokenHash KnownHash = new(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"));

    private readonly ManualTimeProvider _time = new();
    private readonly VerifiedTokenCounts _counts = new();
    private readonly SigningKey _key = TestKey.Rsa("key", "RS256").Read().Key!;
    private readonly KeycloakClaimsOptions _options = new();

    [Theory]
    [InlineData(1, 8)]
    [InlineData(8, 8)]
    [InlineData(1001, 1004)]
    [InlineData(16_384, 16_384)]
    public void The_capacity_is_rounded_up_to_whole_sets(int size, int places) => Assert.Equal(places, Memory(size).Size);

    [Fact]
    public void A_new_token_is_always_added_even_if_the_cache_is_full()
    {
        var memory = Memory(64);

        for (var number = 0; number < 5_000; number++)
        {
            var text = Add(memory, number);
            Assert.True(Knows(memory, text));
        }

        Assert.Equal(64, _counts.Tokens);
        Assert.Equal(5_000 - 64, _counts.Evictions);
    }

    [Fact]
    public void A_frequently_used_token_stays_however_many_others_are_used_once()
    {
        var memory = Memory(64);
        var busy = Enumerable.Range(0, 16).Select(number => Add(memory, number)).ToArray();
        Assert.All(busy, text => Assert.True(Knows(memory, text)));

        for (var number = 100; number < 5_000; number++)
        {
            Add(memory, number);
            Assert.All(busy, text => Assert.True(Knows(memory, text)));
        }
    }

    [Fact]
    public void Tokens_in_use_replace_tokens_that_are_no_longer_used()
    {
        var memory = Memory(64);
        var old = Enumerable.Range(0, 64).Select(number => Add(memory, number)).Where(text => Knows(memory, text)).ToArray();
        var busy = Enumerable.Range(100, 32).Select(number => Add(memory, number)).ToArray();

        for (var round = 0; round < 200; round++)
        {
            foreach (var text in busy)
            {
                if (!Knows(memory, text))
                {
                    memory.Add(Token(text, 0), memory.HashOf(text));
                }
            }
        }

        Assert.InRange(busy.Count(text => Knows(memory, text)), 30, 32);
        Assert.InRange(old.Count(text => Knows(memory, text)), 1, 34);
    }

    [Fact]
    public void When_the_capacity_is_reached_at_least_90_percent_of_the_tokens_are_kept()
    {
        var memory = Memory(4096);

        for (var number = 0; number < 4096; number++)
        {
            Add(memory, number);
        }

        Assert.InRange(_counts.Tokens, 4096 * 90 / 100, 4096);
        Assert.Equal(4096, _counts.Tokens + _counts.Evictions);
    }

    [Fact]
    public void Expired_tokens_are_evicted_before_valid_tokens()
    {
        var memory = Memory(64);
        var ending = Enumerable.Range(0, 32).Select(number => Add(memory, number, lifetime: 60)).ToArray();
        var lasting = Enumerable.Range(100, 32)
            .Select(number => Add(memory, number, lifetime: 600))
            .Where(text => Knows(memory, text))
            .ToArray();
        var before = _counts.Evictions;
        Assert.All(ending.Take(4), text => Knows(memory, text));
        _time.Advance(TimeSpan.FromSeconds(91));

        for (var number = 200; number < 216; number++)
        {
            Add(memory, number, lifetime: 600);
        }

        Assert.All(ending, text => Assert.False(Knows(memory, text)));
        Assert.InRange(_counts.Evictions - before, 0, 4);
        Assert.True(lasting.Count(text => Knows(memory, text)) >= lasting.Length - 4);
    }

    [Fact]
    public void Tokens_with_crafted_hash_collisions_share_eight_entries_and_do_not_affect_others()
    {
        var memory = Memory(4096);
        var others = Enumerable.Range(0, 1000).Select(number => Add(memory, number)).ToArray();
        var before = _counts.Tokens;
        var signature = new string('s', 342);
        var colliding = Enumerable.Range(0, 2_000).Select(number => Text(number, signature)).ToArray();
        Assert.Single(colliding.Select(text => memory.HashOf(text)).Distinct());

        for (var number = 0; number < colliding.Length; number++)
        {
            memory.Add(Token(colliding[number], number), memory.HashOf(colliding[number]));
            Assert.True(memory.TryFind(colliding[number], memory.HashOf(colliding[number]), out var found));
            Assert.Equal(Issued(number), found.IssuedAt);
        }

        // A lookup makes at most eight comparisons.
        Assert.Equal(8, colliding.Count(text => Knows(memory, text)));
        Assert.InRange(others.Count(text => Knows(memory, text)), 1000 - 8, 1000);
        Assert.InRange(_counts.Tokens - before, 0, 8);
    }

    [Fact]
    public void The_hash_depends_on_a_random_key_of_the_process()
    {
        var text = Text(1);

        Assert.Equal(new TokenHash(new byte[32]).Of(text), new TokenHash(new byte[32]).Of(text));
        Assert.NotEqual(new TokenHash().Of(text), new TokenHash().Of(text));
        Assert.NotEqual(KnownHash.Of(text), KnownHash.Of(Text(1, "t" + new string('s', 340) + "t")));
    }

    [Fact]
    public void Hashes_are_distributed_over_all_sets()
    {
        var hashes = Enumerable.Range(0, 20_000).Select(number => KnownHash.Of(Text(number))).ToArray();

        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        foreach (var shift in new[] { 1, 16, 24, 48, 56 })
        {
            // 256 groups of about 78 hashes each; six standard deviations are 53.
            Assert.All(hashes.GroupBy(hash => (byte)(hash >> shift)), group => Assert.InRange(group.Count(), 25, 131));
        }
    }

    [Fact]
    public void Long_tokens_take_no_more_memory_than_the_limit()
    {
        var memory = Memory(256);
        var long8 = new string('p', VerifiedTokens.LongestToken - 420);

        for (var number = 0; number < 2_000; number++)
        {
            var text = Add(memory, number, filling: long8);
            Assert.InRange(text.Length, 8_000, VerifiedTokens.LongestToken);
            Assert.True(Knows(memory, text));
        }

        Assert.InRange(_counts.Tokens * 8_000, 1, 256 * VerifiedTokens.BytesPerToken);
        Assert.Equal(0ul, memory.HashOf(Text(1, filling: long8 + new string('p', 100))));
        Assert.Equal(0ul, memory.HashOf("eyJhbGciOiJSUzI1NiJ9.e30.AAAA"));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(1_500)]
    [InlineData(3_000)]
    [InlineData(4_096)]
    [InlineData(VerifiedTokens.LongestToken)]
    public void The_counted_size_of_a_token_covers_its_text_and_the_claims_that_it_keeps(int length)
    {
        var token = Token(new string('t', length), 1);
        Assert.InRange(token.Size, Math.Max(length, VerifiedTokens.BytesPerToken), Math.Max(length + 512, VerifiedTokens.BytesPerToken));
        Assert.InRange(length + AccessToken.RoomForClaims(length), length, token.Size);
    }

    [Fact]
    public void Long_tokens_that_are_no_longer_used_are_evicted_like_short_ones()
    {
        var memory = Memory(8);
        var long6 = new string('p', 6_000);
        var old = Enumerable.Range(0, 4).Select(number => Add(memory, number, filling: long6)).ToArray();
        Assert.True(Knows(memory, old[3]));
        var busy = Add(memory, 4, filling: long6);
        Assert.True(Knows(memory, busy));

        var idle = new List<string>(old);
        for (var number = 5; number < 100; number++)
        {
            idle.Add(Add(memory, number, filling: long6));
            Assert.True(Knows(memory, busy));
        }

        Assert.All(idle[..^20], text => Assert.False(Knows(memory, text)));
        Assert.Equal(4, _counts.Tokens);
    }

    [Fact]
    public void The_same_token_is_cached_only_once()
    {
        var memory = Memory(64);
        var text = Text(1);
        var first = Token(text, 1);

        Assert.Same(first, memory.Add(first, memory.HashOf(text)));
        Assert.Same(first, memory.Add(Token(text, 1), memory.HashOf(text)));
        Assert.Equal(1, _counts.Tokens);
    }

    [Fact]
    public void A_token_verified_with_a_new_key_replaces_the_entry_with_the_retired_key()
    {
        var memory = Memory(64);
        var text = Text(1);
        memory.Add(Token(text, 1), memory.HashOf(text));
        _key.Retire();
        Assert.False(Knows(memory, text));
        memory.Add(Token(text, 1), memory.HashOf(text));

        var renewed = Token(text, 1, TestKey.Rsa("key", "RS256").Read().Key!);
        Assert.Same(renewed, memory.Add(renewed, memory.HashOf(text)));
        Assert.True(Knows(memory, text));
        Assert.Equal(1, _counts.Tokens);
    }

    [Fact]
    public async Task Concurrent_readers_and_writers_never_get_another_token()
    {
        const int threads = 4;
        var memory = Memory(16);
        var texts = Enumerable.Range(0, 64).Select(number => Text(number, number % 2 == 0 ? new string('s', 342) : null)).ToArray();
        using var together = new Barrier(threads);
        var found = new long[threads];

        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                var random = new Random(thread);
                together.SignalAndWait(TestContext.Current.CancellationToken);
                for (var time = 0; time < 100_000; time++)
                {
                    var number = random.Next(texts.Length);
                    var text = texts[number];
                    var hash = memory.HashOf(text);
                    if (memory.TryFind(text, hash, out var token))
                    {
                        found[thread]++;
                        Assert.Equal(Issued(number), token.IssuedAt);
                        Assert.True(token.HasText(text));
                    }
                    else
                    {
                        memory.Add(Token(text, number), hash);
                    }
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.All(found, count => Assert.InRange(count, 1_000, 100_000));
        Assert.InRange(_counts.Tokens, 8, 16);
    }

    private static DateTimeOffset Issued(int number) => DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000 + number);

    private static string Text(int number, string? signature = null, string filling = "payload")
    {
        var random = new byte[256];
        new Random(number).NextBytes(random);
        return $"eyJhbGciOiJSUzI1NiJ9.{filling}{number:D8}.{signature ?? Base64Url.EncodeToString(random)}";
    }

    private VerifiedTokens Memory(int size, TokenHash? hash = null) => new(size, Skew, _time, _counts, hash ?? KnownHash);

    private string Add(VerifiedTokens memory, int number, int lifetime = 300, string filling = "payload")
    {
        var text = Text(number, filling: filling);
        memory.Add(Token(text, number, lifetime: lifetime), memory.HashOf(text));
        return text;
    }

    private static bool Knows(VerifiedTokens memory, string text) => memory.TryFind(text, memory.HashOf(text), out _);

    private AccessToken Token(string text, int number, SigningKey? key = null, int lifetime = 300)
    {
        var expires = _time.GetUtcNow().AddSeconds(lifetime).ToUnixTimeSeconds();
        var payload = Encoding.UTF8.GetBytes($"{{\"iat\":{Issued(number).ToUnixTimeSeconds()},\"exp\":{expires}}}");
        Assert.True(TokenClaims.TryRead(payload, out var claims, out _));
        Assert.True(SigningAlgorithm.TryGet("RS256", out var algorithm));
        return new AccessToken(
            Encoding.ASCII.GetBytes(text),
            claims,
            key ?? _key,
            algorithm,
            new AccessTokenClaims(payload, _options, "issuer"));
    }
}
