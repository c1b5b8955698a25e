using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;

/// <summary>
/// The imported keys of clients, found by their thumbprint. Importing a key takes about half as long as verifying a signature, and the
/// thumbprint of a found key need not be calculated again.
/// </summary>
/// <remarks>
/// A set-associative array: a thumbprint selects one set of four places. A lookup takes no lock. When a set is full, the key is evicted
/// that was not used since it was last considered (second chance). Only keys of accepted requests are added, so a client without a token
/// of the realm cannot fill it.
/// </remarks>
internal sealed class ClientKeys
{
    /// <summary>The maximum number of keys.</summary>
    public const int Size = 4096;

    private const int Ways = 4;

    private readonly CachedKey?[] _places = new CachedKey?[Size];
    private readonly Lock _gate = new();
    private uint _next;

    /// <summary>Gets the number of keys, for tests.</summary>
    public int Count => _places.Count(place => place is not null);

    /// <summary>Finds the key that was created from exactly these texts. Null if there is none. Does not allocate.</summary>
    /// <param name="thumbprint">The <c>jkt</c> of the token.</param>
    /// <param name="key">The key in the header of the proof.</param>
    public CachedKey? Find(string thumbprint, in ProofKey key)
    {
        Span<byte> bytes = stackalloc byte[ProofKey.ThumbprintSize];
        if (Base64Url.DecodeFromChars(thumbprint, bytes, out _, out var length) != OperationStatus.Done || length != bytes.Length)
        {
            return null;
        }

        var first = First(bytes);
        for (var at = first; at < first + Ways; at++)
        {
            if (Volatile.Read(ref _places[at]) is { } candidate && candidate.Is(thumbprint, key))
            {
                candidate.WasUsed = true;
                return candidate;
            }
        }

        return null;
    }

    /// <summary>Adds a key of a request that was accepted.</summary>
    public void Add(CachedKey key)
    {
        var first = First(key.Thumbprint);
        lock (_gate)
        {
            var place = -1;
            for (var at = first; at < first + Ways; at++)
            {
                if (_places[at] is not { } known)
                {
                    place = place < 0 ? at : place;
                }
                else if (known.Thumbprint.SequenceEqual(key.Thumbprint))
                {
                    return;
                }
            }

            place = place < 0 ? IdlePlace(first) : place;
            Volatile.Write(ref _places[place], key);
        }
    }

    private int IdlePlace(int first)
    {
        var start = _next++;
        for (var way = 0u; way < Ways; way++)
        {
            var place = first + (int)((start + way) % Ways);
            if (!_places[place]!.WasUsed)
            {
                return place;
            }

            _places[place]!.WasUsed = false;
        }

        return first + (int)(start % Ways);
    }

    // The thumbprint is a SHA-256, so all of its bits are evenly distributed.
    private static int First(ReadOnlySpan<byte> thumbprint) =>
        (int)(MemoryMarshal.Read<uint>(thumbprint[4..]) % (Size / Ways)) * Ways;
}
