using System.Runtime.CompilerServices;
using Keycloak.ApiProtection.Configuration;
using Keycloak.ApiProtection.Journal;
using Keycloak.ApiProtection.Revocation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>
/// The application's Keycloak schemes. Finds the runtime of a scheme by its name or options, and builds it at the first use.
/// </summary>
internal sealed class KeycloakSchemes(
    IEnumerable<KeycloakSchemeName> names,
    IOptionsMonitor<KeycloakBearerOptions> options,
    KeycloakSchemeBuilder builder,
    RevocationMetrics revocationMetrics,
    ILogger<KeycloakRevocations> logger,
    SharedRevocations? shared = null) : IDisposable
{
    private readonly string[] _names = [.. names.Select(scheme => scheme.Name).Distinct(StringComparer.Ordinal)];
    private readonly Lock _gate = new();

    // They are kept if the options are created again. Requests that started with older options use the runtime of those options.
    private readonly Dictionary<string, SchemeMemory> _kept = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<KeycloakBearerOptions, KeycloakScheme> _byOptions = [];

    // The array is replaced, not changed, so that the lookup for a request needs no lock. There are few schemes.
    private KeycloakScheme[] _current = [];

    /// <summary>Gets the names of all schemes, in the order of their registration.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Gets the runtime of all schemes. It can be used only after the options were validated.</summary>
    public IEnumerable<KeycloakScheme> All => _names.Select(Get);

    /// <summary>Gets the runtime of a scheme by its name.</summary>
    public KeycloakScheme Get(string name) => Get(name, options.Get(name));

    /// <summary>
    /// Gets the runtime of a scheme by the options of a request. After the first call it takes no lock and allocates nothing.
    /// </summary>
    public KeycloakScheme Get(string name, KeycloakBearerOptions settings)
    {
        foreach (var scheme in Volatile.Read(ref _current))
        {
            if (ReferenceEquals(scheme.Options, settings))
            {
                return scheme;
            }
        }

        return GetOrBuild(name, settings);
    }

    /// <summary>Gets the name of another scheme that trusts the issuer, or null if there is none.</summary>
    public string? OtherThatTrusts(string issuer, string scheme) =>
        _names.FirstOrDefault(name => name != scheme && Get(name).Verifier.Policy.Issuers.Contains(issuer, StringComparer.Ordinal));

    /// <summary>Gets the only scheme, for services that are injected without a key.</summary>
    /// <exception cref="InvalidOperationException">There are several schemes. The message says how to name one of them.</exception>
    public KeycloakScheme Only() => _names is [var only]
        ? Get(only)
        : throw new InvalidOperationException(
            $"There are several schemes ({string.Join(", ", _names)}). Name the one whose revocations are required: "
            + $"[FromKeyedServices(\"{_names.FirstOrDefault()}\")] IKeycloakRevocations.");

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var scheme in _current)
        {
            scheme.Dispose();
        }
    }

    private KeycloakScheme GetOrBuild(string name, KeycloakBearerOptions settings)
    {
        lock (_gate)
        {
            if (_byOptions.TryGetValue(settings, out var known))
            {
                return known;
            }

            if (!_kept.TryGetValue(name, out var kept))
            {
                _kept[name] = kept = new SchemeMemory(new KeycloakRevocations(
                    name,
                    new RevocationSettings(
                        settings.TimeProvider!,
                        settings.ClockSkew,
                        settings.Revocation.Lifetime,
                        settings.Revocation.Capacity,
                        settings.Revocation.EndedSessionLifetime)
                    {
                        Issuers = KeycloakAddress.TokenIssuers(settings),
                        Shared = shared,
                    },
                    revocationMetrics,
                    logger));
            }

            var built = builder.Build(name, settings, kept, issuer => OtherThatTrusts(issuer, name));
            _byOptions.Add(settings, built);
            var previous = Array.Find(_current, scheme => scheme.Name == name);
            Volatile.Write(ref _current, [.. _current.Where(scheme => scheme != previous), built]);
            previous?.Dispose();
            return built;
        }
    }
}
