using System.Collections;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>An immutable list of distinct names (scopes, roles, groups). Names are compared ordinally, as in Keycloak.</summary>
/// <remarks>A set contains about ten names. Searching an array is faster than hashing and does not allocate.</remarks>
internal sealed class NameSet : IReadOnlyList<string>
{
    public static readonly NameSet Empty = new([]);

    private readonly string[] _names;

    private NameSet(string[] names) => _names = names;

    public int Count => _names.Length;

    public string this[int index] => _names[index];

    public static NameSet Of(List<string>? names)
    {
        if (names is null or { Count: 0 })
        {
            return Empty;
        }

        // Keycloak repeats no names, but two sources of role claims can contain the same role. The caller does not use the list again.
        for (var i = names.Count - 1; i > 0; i--)
        {
            if (names.IndexOf(names[i]) < i)
            {
                names.RemoveAt(i);
            }
        }

        return new NameSet([.. names]);
    }

    public bool Contains(string name)
    {
        foreach (var candidate in _names)
        {
            if (string.Equals(candidate, name, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_names).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
