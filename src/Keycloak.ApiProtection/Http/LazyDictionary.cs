using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Keycloak.ApiProtection.Http;

/// <summary>A dictionary that is created at its first use.</summary>
internal abstract class LazyDictionary<TValue> : IDictionary<string, TValue>
{
    private Dictionary<string, TValue>? _made;

    public ICollection<string> Keys => Made.Keys;

    public ICollection<TValue> Values => Made.Values;

    public int Count => Made.Count;

    public bool IsReadOnly => false;

    private Dictionary<string, TValue> Made => _made ??= Make();

    public TValue this[string key]
    {
        get => Made[key];
        set => Made[key] = value;
    }

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value) => Made.TryGetValue(key, out value);

    public bool ContainsKey(string key) => Made.ContainsKey(key);

    public bool Contains(KeyValuePair<string, TValue> item) => ((ICollection<KeyValuePair<string, TValue>>)Made).Contains(item);

    public void Add(string key, TValue value) => Made.Add(key, value);

    public void Add(KeyValuePair<string, TValue> item) => ((ICollection<KeyValuePair<string, TValue>>)Made).Add(item);

    public bool Remove(string key) => Made.Remove(key);

    public bool Remove(KeyValuePair<string, TValue> item) => ((ICollection<KeyValuePair<string, TValue>>)Made).Remove(item);

    public void Clear() => Made.Clear();

    public void CopyTo(KeyValuePair<string, TValue>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, TValue>>)Made).CopyTo(array, arrayIndex);

    public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator() => Made.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Creates the dictionary with its initial items.</summary>
    protected abstract Dictionary<string, TValue> Make();
}
