using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Claims.Marks;

/// <summary>
/// Computes the keys of sessions, users, clients and tokens in the revocation log: 64 bits of SipHash-1-3 with a secret key per process.
/// </summary>
/// <remarks>
/// Names of any length take the same space in the log. The hash key is secret, so nobody can choose two names that collide. With 100,000
/// events, the probability that a name collides by chance is about 2^-47. A collision can reject a token, but never accept one. Zero means
/// "no name".
/// </remarks>
internal static class RevocationKey
{
    /// <summary>
    /// The number of bits of a client's key that a token keeps. A few bits are sufficient, because a realm has few clients.
    /// </summary>
    public const int ClientBits = 24;

    private const ulong OnlineSessions = 0xA0761D6478BD642FUL;

    private static readonly ulong Key0 = Random();
    private static readonly ulong Key1 = Random();

    /// <summary>Returns the key for a claim of a payload; zero if the claim is absent or empty.</summary>
    public static ulong Of(RevocationKind kind, ReadOnlySpan<byte> json, JsonValue claim) =>
        claim.Kind != JsonKind.String || claim.Length == 0 ? 0
        : claim.Escaped ? Of(kind, JsonText.Unescape(claim.Raw(json)))
        : Hash(kind, claim.Raw(json));

    /// <summary>Returns the key for a name; zero if the name is null or empty.</summary>
    public static ulong Of(RevocationKind kind, string? name) =>
        string.IsNullOrEmpty(name) ? 0 : Hash(kind, Encoding.UTF8.GetBytes(name));

    /// <summary>Returns the part of a client's key that a token keeps.</summary>
    public static ulong Short(ulong key) => key == 0 ? 0 : Math.Max(1, key & ((1UL << ClientBits) - 1));

    /// <summary>Returns the key in the log for the part of a client's key that a token keeps. The log uses all 64 bits.</summary>
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

    /// <summary>The key for the online sessions of a user, from the key of the user; zero if it is absent.</summary>
    public static ulong OnlineSessionsOf(ulong user) => user is 0 or OnlineSessions ? user : user ^ OnlineSessions;

    // SipHash (Aumasson, Bernstein 2012), one round per block and three at the end. The kind is mixed into the initial state.
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
