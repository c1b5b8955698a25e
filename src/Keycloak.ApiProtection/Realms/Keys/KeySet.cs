using System.Diagnostics.CodeAnalysis;

namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>The keys of a realm as one document listed them. Immutable: a refresh creates a new set.</summary>
internal sealed class KeySet
{
    private readonly SigningKey[] _keys;

    public KeySet(SigningKey[] keys, IReadOnlyList<UnusableKey> unusable)
    {
        _keys = keys;
        Unusable = unusable;
    }

    /// <summary>The set before the first document is read.</summary>
    public static KeySet Empty { get; } = new([], []);

    /// <summary>The keys that can verify tokens; at most one for each <c>kid</c>.</summary>
    public IReadOnlyList<SigningKey> Keys => _keys;

    /// <summary>The keys that the realm lists but that cannot be used, with the reason.</summary>
    public IReadOnlyList<UnusableKey> Unusable { get; }

    /// <summary>Whether this set has no key that can verify tokens.</summary>
    public bool IsEmpty => _keys.Length == 0;

    /// <summary>The number of keys.</summary>
    public int Count => _keys.Length;

    /// <summary>
    /// Finds a key by its <c>kid</c>. A realm has few keys, so a linear search is faster than hashing. It does not allocate.
    /// </summary>
    public bool TryFind(ReadOnlySpan<byte> kid, [NotNullWhen(true)] out SigningKey? key)
    {
        foreach (var candidate in _keys)
        {
            if (candidate.Utf8Id.SequenceEqual(kid))
            {
                key = candidate;

                return true;
            }
        }

        key = null;

        return false;
    }

    /// <summary>Finds a key by its <c>kid</c>.</summary>
    public bool TryFind(string kid, [NotNullWhen(true)] out SigningKey? key)
    {
        key = Array.Find(_keys, candidate => candidate.Id == kid);

        return key is not null;
    }

    /// <summary>Finds a listed key that cannot be used; <see langword="null"/> if there is none with this <c>kid</c>.</summary>
    public UnusableKey? FindUnusable(string kid) => Unusable.FirstOrDefault(key => key.Id == kid);

    /// <summary>
    /// This set, with the objects of an older set for keys that have not changed, so that cached results for these objects stay valid.
    /// </summary>
    public KeySet KeepingObjectsOf(KeySet older) =>
        new([.. _keys.Select(key => older._keys.FirstOrDefault(known => !known.Retired && known.IsSameAs(key)) ?? key)], Unusable);

    /// <summary>Retires every key that a newer set does not contain, and returns these keys.</summary>
    public IReadOnlyList<SigningKey> RetireWhatIsNotIn(KeySet newer)
    {
        var gone = _keys.Except(newer._keys).ToArray();

        foreach (var key in gone)
        {
            key.Retire();
        }

        return gone;
    }
}
