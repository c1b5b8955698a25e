using System.Diagnostics.CodeAnalysis;

namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>The keys of a realm as one document listed them. Immutable: a refresh makes a new one.</summary>
internal sealed class KeySet
{
    private readonly SigningKey[] _keys;

    public KeySet(SigningKey[] keys, IReadOnlyList<UnusableKey> unusable)
    {
        _keys = keys;
        Unusable = unusable;
    }

    /// <summary>What there is before the first document.</summary>
    public static KeySet Empty { get; } = new([], []);

    /// <summary>The keys that verify tokens; at most one for a name.</summary>
    public IReadOnlyList<SigningKey> Keys => _keys;

    /// <summary>The keys that the realm lists as well and that cannot be used, with the reason.</summary>
    public IReadOnlyList<UnusableKey> Unusable { get; }

    /// <summary>True when no token can be verified with this set.</summary>
    public bool IsEmpty => _keys.Length == 0;

    /// <summary>
    /// Finds a key by its name. A realm has a handful of keys: comparing them in turn is faster than hashing, and allocates nothing.
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

    /// <summary>Finds a key by its name.</summary>
    public bool TryFind(string kid, [NotNullWhen(true)] out SigningKey? key)
    {
        key = Array.Find(_keys, candidate => candidate.Id == kid);

        return key is not null;
    }

    /// <summary>The reason why a listed key cannot be used; <see langword="null"/> where no such key is listed.</summary>
    public UnusableKey? FindUnusable(string kid) => Unusable.FirstOrDefault(key => key.Id == kid);

    /// <summary>
    /// This set with the objects of an older one wherever the key is still the same, so that what was remembered by them stays known.
    /// </summary>
    public KeySet KeepingObjectsOf(KeySet older) =>
        new([.. _keys.Select(key => older._keys.FirstOrDefault(known => !known.Retired && known.IsSameAs(key)) ?? key)], Unusable);

    /// <summary>Withdraws every key that a younger set does not hold, and returns them.</summary>
    public IReadOnlyList<SigningKey> RetireWhatIsNotIn(KeySet younger)
    {
        var gone = _keys.Except(younger._keys).ToArray();

        foreach (var key in gone)
        {
            key.Retire();
        }

        return gone;
    }
}
