using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop.Proofs;

public sealed class ClientKeysTests
{
    [Fact]
    public void The_number_of_keys_is_limited_and_a_key_in_use_is_kept()
    {
        var keys = new ClientKeys();
        var (key, _) = TestKey.Ec("key").Read();
        keys.Add(Create(0, key!));
        var used = Find(keys, 0);
        Assert.NotNull(used);

        for (var number = 1; number < 20_000; number++)
        {
            keys.Add(Create(number, key!));
            Assert.True(ReferenceEquals(used, Find(keys, 0)), $"{number}");
        }

        Assert.InRange(keys.Count, ClientKeys.Size / 2, ClientKeys.Size);
        Assert.Null(Find(keys, 20_000));
    }

    [Fact]
    public void The_same_key_is_cached_only_once()
    {
        var keys = new ClientKeys();
        var (key, _) = TestKey.Ec("key").Read();
        keys.Add(Create(1, key!));
        keys.Add(Create(1, key!));

        Assert.Equal(1, keys.Count);
    }

    private static CachedKey Create(int number, SigningKey key)
    {
        var proofKey = Read(number, out var thumbprint);
        return new CachedKey(thumbprint, Base64Url.EncodeToString(thumbprint), proofKey, key);
    }

    private static CachedKey? Find(ClientKeys keys, int number)
    {
        var proofKey = Read(number, out var thumbprint);
        return keys.Find(Base64Url.EncodeToString(thumbprint), proofKey);
    }

    private static ProofKey Read(int number, out byte[] thumbprint)
    {
        var coordinate = Base64Url.EncodeToString(SHA256.HashData(BitConverter.GetBytes(number)));
        var json = $$"""{"kty":"EC","crv":"P-256","x":"{{coordinate}}","y":"{{coordinate}}"}""";
        Assert.True(SigningAlgorithm.TryGet("ES256", out var algorithm));
        Assert.True(ProofKey.TryRead(Encoding.ASCII.GetBytes(json), algorithm, out var key, out _));
        thumbprint = new byte[ProofKey.ThumbprintSize];
        key.WriteThumbprint(thumbprint);
        return key;
    }
}
