using System.Buffers.Text;
using System.Numerics;
using System.Text;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop;

/// <summary>
/// What is not calculated again for each proof: the hash of the token's text (<c>ath</c>), and the thumbprint of the client's key. Another
/// spelling of the token or the key is still rejected.
/// </summary>
public sealed class KeptHashTests
{
    // The order of the group of P-256 (NIST SP 800-186).
    private static readonly BigInteger Order = new(
        Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"), isUnsigned: true, isBigEndian: true);

    private static readonly ProofClient Client = ProofClient.Ec();

    [Fact]
    public async Task Two_tokens_with_one_payload_and_different_signatures_need_different_proofs()
    {
        await using var api = await BoundApi.StartAsync();
        var one = api.Realm.Token("alice").For("cli").WithAlgorithm("ES256").BoundTo(api.Key).Create();
        var other = WithOtherSignature(one);
        Assert.NotEqual(one, other);
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal("200", await SendAsync(api, one, proofFor: one));
            Assert.Equal("200", await SendAsync(api, other, proofFor: other));
            Assert.Equal("401 dpop_token_hash", await SendAsync(api, one, proofFor: other));
            Assert.Equal("401 dpop_token_hash", await SendAsync(api, other, proofFor: one));
        }
    }

    [Fact]
    public void A_token_keeps_only_the_hash_of_its_own_text()
    {
        var token = Client.Verified();
        var hash = Encoding.ASCII.GetBytes(ProofClient.Hash(Client.Token));

        token.KeepTextHash(Client.Token[..^1] + "x", hash);
        Assert.Null(token.TextHash);
        token.KeepTextHash(string.Empty, hash);
        Assert.Null(token.TextHash);
        token.KeepTextHash(Client.Token, hash);
        Assert.Same(hash, token.TextHash);
    }

    [Fact]
    public async Task The_hash_is_kept_only_by_a_cached_token_that_is_bound_to_a_key()
    {
        foreach (var token in new[]
        {
            Client.Verified(text: ""),
            Client.Verified(confirmation: "{\"x5t#S256\":\"" + Client.Thumbprint + "\"}"),
        })
        {
            var api = new DpopApi { Token = token };

            Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(Client.Proof(api.Now)));
            Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(Client.Proof(api.Now)));
            Assert.Equal("dpop_token_hash", await api.VerdictAsync(Client.Proof(api.Now).With("ath", ProofClient.Hash("another"))));
            Assert.Null(token.TextHash);
        }

        var kept = new DpopApi { Token = Client.Verified() };
        Assert.Equal(DpopApi.Accepted, await kept.VerdictAsync(Client.Proof(kept.Now)));
        Assert.Equal(ProofClient.Hash(Client.Token), Encoding.ASCII.GetString(kept.Token.TextHash!));
    }

    [Fact]
    public void A_kept_hash_does_not_change_what_a_token_is_bound_to()
    {
        var token = Client.Verified();
        token.KeepTextHash(Client.Token, Encoding.ASCII.GetBytes(ProofClient.Hash(Client.Token)));

        Assert.NotNull(token.Confirmation!.TokenHash);
        Assert.Equal(Client.Verified().Confirmation, token.Confirmation);
        Assert.Equal(Client.Verified().Confirmation!.GetHashCode(), token.Confirmation.GetHashCode());
        Assert.NotEqual(ProofClient.Ec().Verified().Confirmation, token.Confirmation);
    }

    [Fact]
    public async Task The_hash_is_not_kept_if_the_proof_is_replayed_or_its_replay_cannot_be_checked()
    {
        var api = new DpopApi();
        var proof = Client.Proof(api.Now).Text;
        Assert.Equal(DpopApi.Accepted, DpopApi.Verdict(await api.SendAsync(proof, Client)));
        api.Token = Client.Verified();
        Assert.Equal("dpop_replayed", DpopApi.Verdict(await api.SendAsync(proof, Client)));
        Assert.Null(api.Token.TextHash);

        var failing = new DpopApi(store: new FailingStore()) { Token = Client.Verified() };
        Assert.Equal(DpopApi.Undecided, await failing.VerdictAsync(Client.Proof(failing.Now)));
        Assert.Null(failing.Token.TextHash);
        Assert.Equal(0, failing.Validator.CachedKeys);
    }

    [Fact]
    public void The_counted_size_of_a_token_does_not_change_when_its_hash_is_kept()
    {
        var text = new string('t', 8_000);
        var bound = Client.Verified(text);
        var toCertificate = Client.Verified(text, "{\"x5t#S256\":\"" + Client.Thumbprint + "\"}");
        var size = bound.Size;
        var length = ProofClient.Hash("").Length;

        var before = GC.GetAllocatedBytesForCurrentThread();
        var hash = new byte[length];
        Assert.Equal(AccessToken.TextHashSize, GC.GetAllocatedBytesForCurrentThread() - before);
        bound.KeepTextHash(text, hash);

        Assert.NotNull(bound.TextHash);
        Assert.Equal(size, bound.Size);
        Assert.Equal(toCertificate.Size + AccessToken.TextHashSize, size);
    }

    [Theory]
    [InlineData("P-256")]
    [InlineData(null)]
    public async Task Another_spelling_of_a_cached_key_or_of_its_thumbprint_is_rejected_as_if_the_key_were_not_cached(string? curve)
    {
        var api = new DpopApi();
        var (client, algorithm) = curve is null ? (ProofClient.Rsa(), "RS256") : (ProofClient.Ec(curve), "ES256");
        var (first, second) = curve is null ? ("n", "e") : ("x", "y");
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(time, api.Validator.CachedKeys);
            var proof = client.Proof(api.Now, algorithm);
            Assert.Equal("dpop_key_other", await VerdictAsync(api, proof, OtherEnd(client.Thumbprint)));
            Assert.Equal("dpop_key_other", await VerdictAsync(api, proof, client.Thumbprint + "="));
            Assert.Equal("dpop_key_other", await VerdictAsync(api, proof, " " + client.Thumbprint));
            Assert.Equal("dpop_key_other", await VerdictAsync(api, proof, client.Thumbprint[..^1]));
            Assert.Equal("dpop_key_other", await VerdictAsync(api, proof, "\u0141" + client.Thumbprint[1..]));
            Assert.Equal("dpop_key_other", await VerdictAsync(api, proof, ""));
            Assert.Equal("dpop_key", await api.VerdictAsync(proof.WithKey(key => key[first] = OtherEnd((string)key[first]!))));
            Assert.Equal("dpop_key", await api.VerdictAsync(proof.WithKey(key => key[first] = key[first] + "=")));
            Assert.Equal("dpop_key", await api.VerdictAsync(proof.WithKey(key => key["kty"] = "ec")));
            Assert.Equal(curve is null ? "dpop_key_other" : "dpop_key", await api.VerdictAsync(proof.WithKey(key => key[second] = "Aw")));
            Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(proof));
        }

        if (curve is not null)
        {
            // Both coordinates are those of the key, but they are exchanged.
            Assert.Equal("dpop_key_other", await api.VerdictAsync(client.Proof(api.Now).WithKey(
                key => (key["x"], key["y"]) = (key["y"]!.DeepClone(), key["x"]!.DeepClone()))));
        }
    }

    private static async Task<string> VerdictAsync(DpopApi api, Proof proof, string thumbprint) =>
        DpopApi.Verdict(await api.Validator.ValidateAsync(
            proof.Text, "GET", DpopApi.Orders, new(proof.Client.Token.AsMemory()), thumbprint, TestContext.Current.CancellationToken));

    private static async Task<string> SendAsync(BoundApi api, string token, string proofFor)
    {
        using var handler = api.Handler(token);
        handler.ChangeProof = proof => proof.For(proofFor);
        return await BoundApi.VerdictAsync(handler);
    }

    /// <summary>Returns a text with other unused bits in its last character, which .NET decodes to the same bytes or rejects.</summary>
    private static string OtherEnd(string text) => text[..^1] + (char)(text[^1] + 1);

    /// <summary>Returns the same token with the other valid ECDSA signature (r, n - s) of its payload.</summary>
    private static string WithOtherSignature(string token)
    {
        var dot = token.LastIndexOf('.') + 1;
        var signature = Base64Url.DecodeFromChars(token.AsSpan(dot));
        var number = Order - new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        signature.AsSpan(32).Clear();
        bytes.CopyTo(signature.AsSpan(64 - bytes.Length));
        return token[..dot] + Base64Url.EncodeToString(signature);
    }

    private sealed class FailingStore : IDpopReplayStore
    {
        public ValueTask<bool> TryAddAsync(ReadOnlyMemory<byte> key, DateTimeOffset until, CancellationToken cancellationToken) =>
            throw new TimeoutException();
    }
}
