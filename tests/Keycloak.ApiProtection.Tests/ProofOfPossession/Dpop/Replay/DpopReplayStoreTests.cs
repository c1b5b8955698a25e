using System.Collections.Concurrent;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop.Replay;

public sealed class DpopReplayStoreTests
{
    private static readonly ProofClient Client = ProofClient.Ec();

    [Fact]
    public async Task Two_replicas_with_one_store_accept_a_proof_once()
    {
        var store = new SharedStore();
        var (one, other) = (new DpopApi(store: store), new DpopApi(store: store));
        var proof = Client.Proof(one.Now).Text;

        Assert.Equal(DpopApi.Accepted, DpopApi.Verdict(await one.SendAsync(proof, Client)));
        Assert.Equal("dpop_replayed", DpopApi.Verdict(await other.SendAsync(proof, Client)));
        Assert.Equal("dpop_signature", await other.VerdictAsync(Client.Proof(one.Now) with { Signature = _ => new byte[64] }));

        // At least until the last acceptable moment: 60 seconds old, and the second of "iat" itself.
        var (key, until) = Assert.Single(store.Keys);
        Assert.Equal(32, key.Length);
        Assert.True(until >= one.Now.AddSeconds(61));
        Assert.Equal(0, one.Validator.Memory.Count);
    }

    [Fact]
    public async Task While_the_store_fails_nothing_is_decided_and_the_log_says_so_once_a_minute()
    {
        var api = new DpopApi(store: new SharedStore { Fails = true });

        Assert.Equal(DpopApi.Undecided, await api.VerdictAsync(Client.Proof(api.Now)));
        Assert.Equal(DpopApi.Undecided, await api.VerdictAsync(Client.Proof(api.Now)));
        Assert.Equal("dpop_method", await api.VerdictAsync(Client.Proof(api.Now).With("htm", "PUT")));
        Assert.Contains("get 503", api.Log.Text("DpopReplayStoreFailed"), StringComparison.Ordinal);
        Assert.Equal(0, api.Validator.CachedKeys);
    }

    [Fact]
    public async Task While_the_store_fails_the_memory_of_the_process_decides_if_this_was_chosen()
    {
        var store = new SharedStore();
        var api = new DpopApi(DpopApi.Asking() with { OnStoreFailure = DpopStoreFailure.Local }, store);
        var before = Client.Proof(api.Now).Text;
        Assert.Equal(DpopApi.Accepted, DpopApi.Verdict(await api.SendAsync(before, Client)));
        store.Fails = true;

        var during = Client.Proof(api.Now).Text;
        Assert.Equal("dpop_replayed", DpopApi.Verdict(await api.SendAsync(before, Client)));
        Assert.Equal(DpopApi.Accepted, DpopApi.Verdict(await api.SendAsync(during, Client)));
        Assert.Equal("dpop_replayed", DpopApi.Verdict(await api.SendAsync(during, Client)));
    }

    [Fact]
    public async Task An_aborted_request_is_not_a_failure_of_the_store()
    {
        var api = new DpopApi(store: new SharedStore());
        using var aborted = new CancellationTokenSource();
        await aborted.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await api.Validator.ValidateAsync(
            Client.Proof(api.Now).Text, "GET", DpopApi.Orders, new(Client.Token.AsMemory()), Client.Thumbprint, aborted.Token));
        Assert.Empty(api.Log.Entries);
    }

    private sealed class SharedStore : IDpopReplayStore
    {
        public ConcurrentDictionary<string, DateTimeOffset> Keys { get; } = new();

        public bool Fails { get; set; }

        public async ValueTask<bool> TryAddAsync(ReadOnlyMemory<byte> key, DateTimeOffset until, CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return Fails ? throw new InvalidOperationException("no connection") : Keys.TryAdd(Convert.ToHexString(key.Span), until);
        }
    }
}
