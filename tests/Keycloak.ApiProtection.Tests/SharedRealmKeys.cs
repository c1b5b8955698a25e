using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Keys;

namespace Keycloak.ApiProtection.Tests;

/// <summary>
/// Keys that the embedded realms of these tests share, because creating the keys of a realm takes longer than most tests.
/// </summary>
internal static class SharedRealmKeys
{
    private static readonly ConcurrentDictionary<(string Owner, string Algorithm, int Which), Lazy<SigningKey>> Keys = new();

    /// <summary>
    /// Supplies the keys of one realm. They all differ, also after a rotation. Realms with the same owner have the same keys, whether they
    /// run one after another or at the same time.
    /// </summary>
    public static Func<string, Func<SigningKey>, SigningKey> Of(string owner)
    {
        var supplied = new ConcurrentDictionary<string, int>();

        return (algorithm, create) =>
        {
            var which = supplied.AddOrUpdate(algorithm, 0, (_, last) => last + 1);

            return new SharedKey(Keys.GetOrAdd((owner, algorithm, which), _ => new Lazy<SigningKey>(create)).Value);
        };
    }

    /// <summary>The first key for an algorithm, which a realm of this owner has created.</summary>
    public static SigningKey First(string owner, string algorithm) => Keys[(owner, algorithm, 0)].Value;

    /// <summary>A key that stays usable when a realm disposes it.</summary>
    private sealed class SharedKey(SigningKey key) : SigningKey(key.Algorithm, key.Id)
    {
        public override byte[]? PublicKey => key.PublicKey;

        public override JsonObject? ToJwk() => key.ToJwk();

        public override byte[] Sign(ReadOnlySpan<byte> input) => key.Sign(input);

        public override bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) => key.Verify(input, signature);

        public override void Dispose()
        {
        }
    }
}
