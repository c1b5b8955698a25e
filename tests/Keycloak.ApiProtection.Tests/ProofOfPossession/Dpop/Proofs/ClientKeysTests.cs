using System.Security.Cryptography;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop.Proofs;

public sealed class ClientKeysTests
{
    [Fact]
    public void The_number_of_keys_is_limited_and_a_key_in_use_is_kept()
    {
        var keys = new ClientKeys();
        var (key, _) = TestKey.Ec("key").Read();
        var used = SHA256.HashData([0]);
        keys.Add(used, key!);

        for (var number = 1; number < 20_000; number++)
        {
            Assert.True(keys.TryFind(used, out var found), $"{number}");
            Assert.Same(key, found);
            keys.Add(SHA256.HashData(BitConverter.GetBytes(number)), key!);
        }

        Assert.InRange(keys.Count, ClientKeys.Size / 2, ClientKeys.Size);
        Assert.False(keys.TryFind(SHA256.HashData([1, 2, 3]), out _));
    }
}
