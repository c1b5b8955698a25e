using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing.Keys;

/// <summary>All keys of a realm. Active keys sign, passive keys only stay in the JWK set, and removed keys disappear immediately.</summary>
/// <remarks>
/// A key is created when it is first needed, because creating an RSA key takes a tenth of a second. The JWK set needs all keys and creates
/// them in parallel. Like Keycloak, the realm creates a key on demand for an algorithm without a key provider.
/// </remarks>
internal sealed class RealmKeys : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _realm;
    private readonly IReadOnlyList<KeyProvider> _providers;
    private readonly TimeProvider _time;
    private readonly Func<string, Func<SigningKey>, SigningKey> _supply;
    private readonly List<Lazy<Task<SigningKey>>> _retired = [];
    private List<Entry> _entries;

    public RealmKeys(RealmExport realm, TimeProvider time, Func<string, Func<SigningKey>, SigningKey>? supply = null)
    {
        _realm = realm.Name;
        _time = time;
        _supply = supply ?? ((_, create) => create());
        _providers = [.. realm.KeyProviders.OrderByDescending(provider => provider.Priority)];
        _entries = [.. _providers.Select(Make)];
        if (!_entries.Exists(IsSecret))
        {
            _entries.Add(Make(new KeyProvider("HS512", 0, 0)));
        }
    }

    /// <summary>The key for tokens that only the realm reads.</summary>
    public SigningKey Internal => Find(IsSecret)!;

    /// <summary>Whether the embedded realm can sign with an algorithm.</summary>
    public static bool CanSign(string algorithm) => algorithm is
        "RS256" or "RS384" or "RS512" or "PS256" or "PS384" or "PS512" or "ES256" or "ES384" or "ES512" or "EdDSA"
        or "HS256" or "HS384" or "HS512";

    /// <summary>The active key for an algorithm, which is created if there is none yet.</summary>
    public SigningKey Active(string algorithm)
    {
        if (!CanSign(algorithm))
        {
            throw new NotSupportedException($"The embedded realm cannot sign with '{algorithm}'.");
        }

        Lazy<Task<SigningKey>> key;
        lock (_lock)
        {
            var entry = _entries.Find(entry => entry.Active && entry.Algorithm == algorithm);
            if (entry is null)
            {
                _entries.Add(entry = Make(ProviderOf(algorithm)));
            }

            key = entry.Key;
        }

        return key.Value.GetAwaiter().GetResult();
    }

    /// <summary>Finds a key by its <c>kid</c>, in the JWK set or internal; null if there is none.</summary>
    public SigningKey? ById(string id)
    {
        List<Entry> entries;
        lock (_lock)
        {
            entries = [.. _entries];
        }

        return entries.Where(entry => entry.Key.IsValueCreated).Select(entry => entry.Made).FirstOrDefault(key => key.Id == id);
    }

    /// <summary>Creates new active keys.</summary>
    /// <param name="keepOld">True: the old keys become passive and stay in the JWK set. False: they are removed.</param>
    /// <param name="algorithm">The only algorithm to create a key for; null for all algorithms of keys in the JWK set.</param>
    public void Rotate(bool keepOld, string? algorithm = null)
    {
        lock (_lock)
        {
            var old = _entries.Where(entry => algorithm is null ? !IsSecret(entry) : entry.Algorithm == algorithm).ToList();
            var algorithms = algorithm is null ? old.Select(entry => entry.Algorithm).Distinct(StringComparer.Ordinal) : [algorithm];
            var fresh = algorithms.Select(name => Make(ProviderOf(name)));
            var kept = keepOld
                ? _entries.Select(entry => old.Contains(entry) ? entry with { Active = false } : entry)
                : _entries.Except(old);
            _entries = [.. fresh.Concat(kept)];
            if (!keepOld)
            {
                _retired.AddRange(old.Select(entry => entry.Key));
            }
        }
    }

    /// <summary>Removes one key, active or passive.</summary>
    /// <returns>False if there is no key with this id.</returns>
    public bool Disable(string id)
    {
        lock (_lock)
        {
            var disabled = _entries.Find(entry => entry.Key.IsValueCreated && entry.Made.Id == id);
            if (disabled is null)
            {
                return false;
            }

            _entries = [.. _entries.Where(entry => entry != disabled)];
            _retired.Add(disabled.Key);
            return true;
        }
    }

    /// <summary>Removes the passive keys from the JWK set.</summary>
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

        var keys = await Task.WhenAll(entries.Select(entry => entry.Key.Value)).ConfigureAwait(false);
        return new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.ToJwk()).OfType<JsonObject>()]) };
    }

    public void Dispose()
    {
        foreach (var key in _entries.Select(entry => entry.Key).Concat(_retired).Distinct())
        {
            if (!key.IsValueCreated)
            {
                continue;
            }

            key.Value.ContinueWith(
                made => made.Result.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
        }
    }

    /// <summary>The realm's key provider for an algorithm, or the one that Keycloak uses if there is none.</summary>
    private KeyProvider ProviderOf(string algorithm) =>
        _providers.FirstOrDefault(provider => provider.Algorithm == algorithm) ?? new KeyProvider(algorithm, -1, 2048);

    private static bool IsSecret(Entry entry) => entry.Algorithm.StartsWith("HS", StringComparison.Ordinal);

    private SigningKey? Find(Predicate<Entry> matches)
    {
        lock (_lock)
        {
            return _entries.Find(matches)?.Made;
        }
    }

    private Entry Make(KeyProvider provider)
    {
        var now = _time.GetUtcNow();
        SigningKey Supply() => _supply(provider.Algorithm, () => Create(provider, now));

        return new Entry(provider.Algorithm, Active: true, new Lazy<Task<SigningKey>>(
            () => provider.Algorithm is ['E' or 'H', ..] ? Task.FromResult(Supply()) : Task.Run(Supply)));
    }

    private SigningKey Create(KeyProvider provider, DateTimeOffset now) => provider.Algorithm switch
    {
        "EdDSA" => EdDsaSigningKey.Create(),
        ['E', 'S', ..] => EcSigningKey.Create(provider.Algorithm),
        ['H', 'S', ..] => HmacSigningKey.Create(provider.Algorithm),
        _ => RsaSigningKey.Create(provider.Algorithm, provider.KeySize, _realm, now),
    };

    private sealed record Entry(string Algorithm, bool Active, Lazy<Task<SigningKey>> Key)
    {
        /// <summary>The key; blocks until it is created.</summary>
        public SigningKey Made => Key.Value.GetAwaiter().GetResult();
    }
}
