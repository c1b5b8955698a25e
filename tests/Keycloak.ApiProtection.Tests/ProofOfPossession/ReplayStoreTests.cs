using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession;

/// <summary>A memory of proofs that replicas share, in the whole pipeline.</summary>
public sealed class ReplayStoreTests
{
    [Fact]
    public async Task A_proof_that_another_replica_has_accepted_is_rejected()
    {
        var store = new SharedStore();
        await using var one = await BoundApi.StartAsync(add: services => services.AddSingleton<IDpopReplayStore>(store));

        Assert.Equal("200", await one.VerdictAsync(proof => proof.WithId("mine")));
        Assert.Equal("401 dpop_replayed", await one.VerdictAsync(proof => proof.WithId("mine")));
        store.AcceptsNothing = true;
        Assert.Equal("401 dpop_replayed", await one.VerdictAsync(proof => proof.WithId("of another replica")));
    }

    [Theory]
    [InlineData(DpopStoreFailure.Unavailable, "503")]
    [InlineData(DpopStoreFailure.Local, "200")]
    public async Task While_the_store_fails_the_configured_response_is_sent(DpopStoreFailure mode, string verdict)
    {
        var store = new SharedStore { Fails = true };
        await using var api = await BoundApi.StartAsync(
            options => options.Dpop.OnStoreFailure = mode, services => services.AddSingleton<IDpopReplayStore>(store));

        Assert.Equal(verdict, await api.VerdictAsync(proof => proof));
        store.Fails = false;
        Assert.Equal("200", await api.VerdictAsync(proof => proof));
    }

    private sealed class SharedStore : IDpopReplayStore
    {
        private readonly ConcurrentDictionary<string, DateTimeOffset> _known = new();

        public bool Fails { get; set; }

        public bool AcceptsNothing { get; set; }

        public async ValueTask<bool> TryAddAsync(ReadOnlyMemory<byte> key, DateTimeOffset until, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return Fails ? throw new TimeoutException("The store does not respond.")
                : !AcceptsNothing && _known.TryAdd(Convert.ToHexString(key.Span), until);
        }
    }
}
