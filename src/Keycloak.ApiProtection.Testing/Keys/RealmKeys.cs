using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing.Keys;

/// <summary>All keys of a realm: active ones sign, passive ones are still listed, removed ones are gone at once.</summary>
/// <remarks>
/// RSA keys are made in the background from the start on, and waited for where they are needed. Like Keycloak, the realm makes a key on demand
/// for an algorithm that no key provider was set up for.
/// </remarks>
internal sealed class RealmKeys : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _realm;
    private readonly IReadOnlyList<KeyProvider> _providers;
    private readonly TimeProvider _time;
    private readonly List<Task<SigningKey>> _retired = [];
    private List<Entry> _entries;

    public RealmKeys(RealmExport realm, TimeProvider time)
    {
        _realm = realm.Name;
        _time = time;
        _providers = [.. realm.KeyProviders.OrderByDescending(provider => provider.Priority)];
        _entries = [.. _providers.Select(Make)];
        if (!_entries.Exists(IsSecret))
        {
            _entries.Add(Make(new KeyProvider("HS512", 0, 0)));
        }
    }

    /// <summary>The key for tokens that only the realm itself reads.</summary>
    public SigningKey Internal => Find(IsSecret)!;

    /// <summary>True for the algorithms that the embedded realm can sign with.</summary>
    public static bool CanSign(string algorithm) => algorithm is
        "RS256" or "RS384" or "RS512" or "PS256" or "PS384" or "PS512" or "ES256" or "ES384" or "ES512" or "EdDSA" or "HS256" or "HS384" or "HS512";

    /// <summary>The active key for an algorithm; made now if there is none yet.</summary>
    public SigningKey Active(string algorithm)
    {
        if (!CanSign(algorithm))
        {
            throw new NotSupportedException($"The embedded realm cannot sign with '{algorithm}'.");
        }

        Task<SigningKey> key;
        lock (_lock)
        {
            var entry = _entries.Find(entry => entry.Active && entry.Algorithm == algorithm);
            if (entry is null)
            {
                _entries.Add(entry = Make(new KeyProvider(algorithm, -1, 2048)));
            }

            key = entry.Key;
        }

        return key.GetAwaiter().GetResult();
    }

    /// <summary>The key of that <c>kid</c>, listed or internal, or null.</summary>
    public SigningKey? ById(string id)
    {
        List<Entry> entries;
        lock (_lock)
        {
            entries = [.. _entries];
        }

        return entries.Select(entry => entry.Key.GetAwaiter().GetResult()).FirstOrDefault(key => key.Id == id);
    }

    /// <summary>New keys sign from now on.</summary>
    /// <param name="keepOld">True: the old ones become passive and stay listed. False: they are gone.</param>
    /// <param name="algorithm">For one algorithm only; null for all that are listed.</param>
    public void Rotate(bool keepOld, string? algorithm = null)
    {
        lock (_lock)
        {
            var old = _entries.Where(entry => algorithm is null ? !IsSecret(entry) : entry.Algorithm == algorithm).ToList();
            var algorithms = algorithm is null ? old.Select(entry => entry.Algorithm).Distinct(StringComparer.Ordinal) : [algorithm];
            var fresh = algorithms.Select(name => Make(_providers.FirstOrDefault(provider => provider.Algorithm == name) ?? new KeyProvider(name, -1, 2048)));
            var kept = _entries.Select(entry => old.Contains(entry) ? entry with { Active = false } : entry).Where(entry => keepOld || entry.Active || !old.Exists(gone => gone.Key == entry.Key));
            _entries = [.. fresh, .. kept];
            if (!keepOld)
            {
                _retired.AddRange(old.Select(entry => entry.Key));
            }
        }
    }

    /// <summary>Takes one key away, wherever it stands.</summary>
    /// <returns>False where there is none of that id.</returns>
    public bool Disable(string id)
    {
        lock (_lock)
        {
            var disabled = _entries.Find(entry => entry.Key.GetAwaiter().GetResult().Id == id);
            if (disabled is null)
            {
                return false;
            }

            _entries = [.. _entries.Where(entry => entry != disabled)];
            _retired.Add(disabled.Key);
            return true;
        }
    }

    /// <summary>Passive keys leave the list.</summary>
    public void RemovePassive()
    {
        lock (_lock)
        {
            _retired.AddRange(_entries.Where(entry => !entry.Active).Select(entry => entry.Key));
            _entries = [.. _entries.Where(entry => entry.Active)];
        }
    }

    /// <summary>The JWK set (RFC 7517 section 5).</summary>
    public async Task<JsonObject> ToJwksAsync()
    {
        List<Entry> entries;
        lock (_lock)
        {
            entries = [.. _entries];
        }

        var keys = await Task.WhenAll(entries.Select(entry => entry.Key)).ConfigureAwait(false);
        return new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.ToJwk()).OfType<JsonObject>()]) };
    }

    public void Dispose()
    {
        foreach (var key in _entries.Select(entry => entry.Key).Concat(_retired).Distinct())
        {
            key.ContinueWith(made => made.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
    }

    private static bool IsSecret(Entry entry) => entry.Algorithm.StartsWith("HS", StringComparison.Ordinal);

    private SigningKey? Find(Predicate<Entry> matches)
    {
        lock (_lock)
        {
            return _entries.Find(matches)?.Key.GetAwaiter().GetResult();
        }
    }

    private Entry Make(KeyProvider provider)
    {
        var now = _time.GetUtcNow();
        return new Entry(provider.Algorithm, Active: true, provider.Algorithm switch
        {
            "EdDSA" => Task.FromResult<SigningKey>(EdDsaSigningKey.Create()),
            ['E', 'S', ..] => Task.FromResult<SigningKey>(EcSigningKey.Create(provider.Algorithm)),
            ['H', 'S', ..] => Task.FromResult<SigningKey>(HmacSigningKey.Create(provider.Algorithm)),
            _ => Task.Run<SigningKey>(() => RsaSigningKey.Create(provider.Algorithm, provider.KeySize, _realm, now)),
        });
    }

    private sealed record Entry(string Algorithm, bool Active, Task<SigningKey> Key);
}
