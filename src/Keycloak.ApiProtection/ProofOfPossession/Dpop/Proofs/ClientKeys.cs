using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;

/// <summary>
/// The imported keys of clients, found by their thumbprint. Importing a key takes about half as long as verifying a signature.
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

    private readonly ClientKey?[] _places = new ClientKey?[Size];
    private readonly Lock _gate = new();
    private uint _next;

    /// <summary>Gets the number of keys, for tests.</summary>
    public int Count => _places.Count(place => place is not null);

    /// <summary>Finds the key with this thumbprint. Does not allocate.</summary>
    public bool TryFind(ReadOnlySpan<byte> thumbprint, [NotNullWhen(true)] out SigningKey? key)
    {
        var first = First(thumbprint);
        for (var at = first; at < first + Ways; at++)
        {
            if (Volatile.Read(ref _places[at]) is { } candidate && candidate.Has(thumbprint))
            {
                candidate.WasUsed = true;
                key = candidate.Key;
                return true;
            }
        }

        key = null;
        return false;
    }

    /// <summary>Adds a key of a request that was accepted.</summary>
    public void Add(ReadOnlySpan<byte> thumbprint, SigningKey key)
    {
        var first = First(thumbprint);
        lock (_gate)
        {
            var place = -1;
            for (var at = first; at < first + Ways; at++)
            {
                if (_places[at] is not { } known)
                {
                    place = place < 0 ? at : place;
                }
                else if (known.Has(thumbprint))
                {
                    return;
                }
            }

            place = place < 0 ? IdlePlace(first) : place;
            Volatile.Write(ref _places[place], new ClientKey(thumbprint.ToArray(), key));
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

    private sealed class ClientKey(byte[] thumbprint, SigningKey key)
    {
        private bool _wasUsed;

        public SigningKey Key => key;

        public bool WasUsed
        {
            get => _wasUsed;
            set
            {
                // Write only if the value changes, so that the processors can keep sharing the cache line.
                if (_wasUsed != value)
                {
                    _wasUsed = value;
                }
            }
        }

        public bool Has(ReadOnlySpan<byte> other) => other.SequenceEqual(thumbprint);
    }
}
