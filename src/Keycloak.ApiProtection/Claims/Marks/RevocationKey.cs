using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Claims.Marks;

/// <summary>What sessions, users, clients and tokens are told apart by in the log: 64 bits of SipHash-1-3 under a key of this process.</summary>
/// <remarks>
/// Names of any length cost the log the same. The key is secret, so that nobody can choose two names that meet; that two meet by
/// chance among 100,000 events has a probability of some 2^-47 for a name, and would refuse a token, never accept one. Zero is "no name".
/// </remarks>
internal static class RevocationKey
{
    /// <summary>How much of a client's key a token keeps: a realm has few clients.</summary>
    public const int ClientBits = 24;

    private static readonly ulong Key0 = Random();
    private static readonly ulong Key1 = Random();

    /// <summary>The key for a claim of a payload; zero where the claim is absent or empty.</summary>
    public static ulong Of(RevocationKind kind, ReadOnlySpan<byte> json, JsonValue claim) =>
        claim.Kind != JsonKind.String || claim.Length == 0 ? 0
        : claim.Escaped ? Of(kind, JsonText.Unescape(claim.Raw(json)))
        : Hash(kind, claim.Raw(json));

    /// <summary>The key for a name; zero where there is none.</summary>
    public static ulong Of(RevocationKind kind, string? name) =>
        string.IsNullOrEmpty(name) ? 0 : Hash(kind, Encoding.UTF8.GetBytes(name));

    /// <summary>What a token keeps of a client's key.</summary>
    public static ulong Short(ulong key) => key == 0 ? 0 : Math.Max(1, key & ((1UL << ClientBits) - 1));

    /// <summary>The key in the log for what a token keeps of it: every bit counts there.</summary>
    public static ulong Spread(ulong shortKey) => shortKey * 0x9E3779B97F4A7C15UL;

    /// <summary>The key of a session together with a client, from the keys of both; zero where one is absent.</summary>
    /// <remarks>The finalizer of MurmurHash3: each bit of both keys changes every bit here. The keys are secret already.</remarks>
    /// <param name="session">The session's key.</param>
    /// <param name="shortClient">What a token keeps of the client's key.</param>
    /// <param name="isOffline">Whether tokens with offline access are meant, or the others: the two have different keys.</param>
    public static ulong SessionOfClient(ulong session, ulong shortClient, bool isOffline)
    {
        if (session == 0 || shortClient == 0)
        {
            return 0;
        }

        session = isOffline ? ~session : session;

        var key = session ^ Spread(shortClient);
        key = (key ^ (key >> 33)) * 0xFF51AFD7ED558CCDUL;
        key = (key ^ (key >> 33)) * 0xC4CEB9FE1A85EC53UL;
        key ^= key >> 33;
        return key == 0 ? 1 : key;
    }

    // SipHash (Aumasson, Bernstein 2012), one round a block and three at the end; the kind stands where a second message would.
    private static ulong Hash(RevocationKind kind, ReadOnlySpan<byte> text)
    {
        var v0 = Key0 ^ 0x736f6d6570736575UL;
        var v1 = Key1 ^ 0x646f72616e646f6dUL ^ (ulong)kind;
        var v2 = Key0 ^ 0x6c7967656e657261UL;
        var v3 = Key1 ^ 0x7465646279746573UL;
        var last = (ulong)text.Length << 56;
        while (text.Length >= sizeof(ulong))
        {
            var block = BinaryPrimitives.ReadUInt64LittleEndian(text);
            v3 ^= block;
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= block;
            text = text[sizeof(ulong)..];
        }

        for (var i = 0; i < text.Length; i++)
        {
            last |= (ulong)text[i] << (8 * i);
        }

        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xff;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        var hash = v0 ^ v1 ^ v2 ^ v3;
        return hash == 0 ? 1 : hash;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }

    private static ulong Random()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}
