using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Replay;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop.Replay;

public sealed class ProofMemoryTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingLogger _log = new();

    private DateTimeOffset Now => _time.GetUtcNow();

    [Fact]
    public void Nothing_is_forgotten_early_and_everything_is_forgotten_afterward()
    {
        var memory = new ProofMemory(2048, "Keycloak", _time, _log);
        var added = new List<(int Number, DateTimeOffset Until)>();
        var random = new Random(1);
        var number = 0;
        for (var second = 0; second < 300; second++)
        {
            for (var each = 0; each < 5; each++)
            {
                var until = Now.AddSeconds(random.Next(1, 71));
                Assert.Equal(ReplayOutcome.Added, Add(memory, ++number, until));
                added.Add((number, until));
            }

            _time.Advance(TimeSpan.FromSeconds(1));
            added.RemoveAll(proof => proof.Until <= Now);
            foreach (var proof in added)
            {
                Assert.Equal(ReplayOutcome.Replayed, Add(memory, proof.Number, proof.Until));
            }
        }

        Assert.InRange(memory.Count, added.Count, 5 * 90);
        _time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(0, memory.Count);
        Assert.Equal(ReplayOutcome.Added, Add(memory, 1, Now.AddSeconds(1)));
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void A_full_memory_keeps_room_for_proofs_with_a_nonce()
    {
        var memory = Full();

        Assert.Equal(ReplayOutcome.Full, Add(memory, 5000, Now.AddSeconds(60)));
        Assert.Equal(ReplayOutcome.Replayed, Add(memory, 1, Now.AddSeconds(60)));
        Assert.True(NeedsNonce(memory, 5000));
        for (var number = 10_000; number < 10_256; number++)
        {
            Assert.Equal(ReplayOutcome.Added, Add(memory, number, Now.AddSeconds(20), hasNonce: true));
        }

        Assert.Equal(ReplayOutcome.Full, Add(memory, 20_000, Now.AddSeconds(20), hasNonce: true));
        Assert.Equal(1024, memory.Count);
    }

    [Fact]
    public void A_memory_that_has_drained_accepts_proofs_without_a_nonce_again_and_its_state_is_logged_once()
    {
        var memory = Full();
        Assert.Equal(ReplayOutcome.Full, Add(memory, 5000, Now.AddSeconds(60)));
        Assert.Equal(ReplayOutcome.Full, Add(memory, 5001, Now.AddSeconds(60)));

        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.True(NeedsNonce(memory, 5000));
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.False(NeedsNonce(memory, 5000));
        Assert.Equal(ReplayOutcome.Added, Add(memory, 5000, Now.AddSeconds(60)));
        Assert.Contains("(1024) is full", _log.Text("DpopReplayMemoryFull"), StringComparison.Ordinal);
        Assert.Equal((1, 1), (_log.Count("DpopReplayMemoryFull"), _log.Count("DpopReplayMemoryDrained")));
    }

    /// <summary>Fills the part of the memory that proofs without a nonce may use.</summary>
    private ProofMemory Full()
    {
        var memory = new ProofMemory(1024, "Keycloak", _time, _log);
        for (var number = 0; number < 768; number++)
        {
            Assert.Equal(ReplayOutcome.Added, Add(memory, number, Now.AddSeconds(60)));
            Assert.False(NeedsNonce(memory, number));
        }

        return memory;
    }

    [Fact]
    public void A_key_with_more_than_an_eighth_of_the_memory_needs_a_nonce_and_others_do_not()
    {
        var memory = new ProofMemory(1024, "Keycloak", _time, _log);
        for (var number = 0; number < 129; number++)
        {
            Assert.False(NeedsNonce(memory, 7));
            Assert.Equal(ReplayOutcome.Added, Add(memory, number, Now.AddSeconds(60), client: 7));
        }

        Assert.True(NeedsNonce(memory, 7));
        Assert.True(NeedsNonce(memory, 7));
        Assert.False(NeedsNonce(memory, 8));
        Assert.Equal(1, _log.Count("DpopKeyHoldsMuch"));
        _time.Advance(TimeSpan.FromSeconds(60 + 10 + 64));
        Assert.False(NeedsNonce(memory, 7));
    }

    [Fact]
    public void No_entry_is_allocated_once_the_memory_has_its_size()
    {
        var memory = new ProofMemory(4096, "Keycloak", _time, _log);
        for (var number = 0; number < 3000; number++)
        {
            Add(memory, number, Now.AddSeconds(10));
        }

        _time.Advance(TimeSpan.FromSeconds(40));
        var keys = Enumerable.Range(5000, 2000).Select(Key).ToArray();
        var thumbprint = Key(1);
        var (now, until) = (Now, Now.AddSeconds(10));
        memory.TryAdd(keys[0], thumbprint, until, false, now);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var key in keys.AsSpan(1))
        {
            memory.TryAdd(key, thumbprint, until, false, now);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task When_the_memory_is_full_an_honest_client_goes_on_with_a_nonce()
    {
        var api = new DpopApi(DpopApi.Asking(capacity: 1024));
        Fill(api);
        var client = ProofClient.Ec();

        var first = await api.SendAsync(client.Proof(api.Now));
        Assert.Equal("dpop_nonce", DpopApi.Verdict(first));
        for (var request = 0; request < 10; request++)
        {
            Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(client.Proof(api.Now).With("nonce", first.Nonce)));
        }

        var proof = client.Proof(api.Now).With("nonce", first.Nonce).Text;
        Assert.Equal(DpopApi.Accepted, DpopApi.Verdict(await api.SendAsync(proof, client)));
        Assert.Equal("dpop_replayed", DpopApi.Verdict(await api.SendAsync(proof, client)));
        Assert.Equal(1, api.Log.Count("DpopReplayMemoryFull"));

        api.Time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(client.Proof(api.Now)));
    }

    [Fact]
    public async Task When_the_memory_is_full_and_nonces_are_never_used_nothing_is_decided()
    {
        var api = new DpopApi(DpopApi.Asking(DpopNonceMode.Never, capacity: 1024));
        Fill(api);

        var result = await api.SendAsync(ProofClient.Ec().Proof(api.Now));

        Assert.Equal(DpopApi.Undecided, DpopApi.Verdict(result));
        Assert.True(result.RetryAfter > TimeSpan.Zero);

        api.Time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(ProofClient.Ec().Proof(api.Now)));
        Assert.Equal(1, api.Log.Count("DpopReplayMemoryDrained"));
    }

    private static void Fill(DpopApi api)
    {
        for (var number = 0; number < 768; number++)
        {
            api.Validator.Memory.TryAdd(Key(number), Key(number), api.Now.AddSeconds(60), false, api.Now);
        }
    }

    private static byte[] Key(int number) => SHA256.HashData(Encoding.ASCII.GetBytes($"{number}"));

    private bool NeedsNonce(ProofMemory memory, int client) => memory.NeedsNonce(Key(client), Now);

    private ReplayOutcome Add(ProofMemory memory, int number, DateTimeOffset until, bool hasNonce = false, int? client = null) =>
        memory.TryAdd(Key(number), Key(client ?? number), until, hasNonce, Now);
}
