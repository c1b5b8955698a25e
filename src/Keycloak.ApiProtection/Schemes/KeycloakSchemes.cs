using System.Runtime.CompilerServices;
using Keycloak.ApiProtection.Revocation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>The application's Keycloak schemes: finds the runtime of each by its name or its options, and builds it at the first use.</summary>
internal sealed class KeycloakSchemes(
    IEnumerable<KeycloakSchemeName> names,
    IOptionsMonitor<KeycloakBearerOptions> options,
    KeycloakSchemeBuilder builder,
    RevocationMetrics revocationMetrics,
    ILogger<KeycloakRevocations> logger) : IDisposable
{
    private readonly string[] _names = [.. names.Select(scheme => scheme.Name).Distinct(StringComparer.Ordinal)];
    private readonly Lock _gate = new();

    // A revocation stays when options are made again, and requests that began with older options end with what was built from them.
    private readonly Dictionary<string, KeycloakRevocations> _revocations = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<KeycloakBearerOptions, KeycloakScheme> _byOptions = [];

    // Replaced as a whole, so that the lookup of each request needs no lock. There are few schemes.
    private KeycloakScheme[] _current = [];

    /// <summary>Gets the names of all schemes, in the order of their registration.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Gets the runtime of all schemes. Only after the options were found valid.</summary>
    public IEnumerable<KeycloakScheme> All => _names.Select(Get);

    /// <summary>Gets the runtime of a scheme by its name.</summary>
    public KeycloakScheme Get(string name) => Get(name, options.Get(name));

    /// <summary>Gets the runtime of a scheme by the options that a request has. No lock, no allocation after the first time.</summary>
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

    /// <summary>A scheme other than this one that trusts the issuer; null: there is none.</summary>
    public string? OtherThatTrusts(string issuer, string scheme) =>
        _names.FirstOrDefault(name => name != scheme && Get(name).Verifier.Policy.Issuers.Contains(issuer, StringComparer.Ordinal));

    /// <summary>The only scheme there is, for services that are injected without a key.</summary>
    /// <exception cref="InvalidOperationException">There are several; the message says how to name one.</exception>
    public KeycloakScheme Only() => _names is [var only]
        ? Get(only)
        : throw new InvalidOperationException(
            $"There are several schemes ({string.Join(", ", _names)}). Name the one whose revocations you want: "
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

            if (!_revocations.TryGetValue(name, out var revocations))
            {
                _revocations[name] = revocations = new KeycloakRevocations(
                    name,
                    new RevocationSettings(
                        settings.TimeProvider!,
                        settings.ClockSkew,
                        settings.RevocationLifetime,
                        settings.RevocationCapacity,
                        settings.EndedSessionLifetime),
                    revocationMetrics,
                    logger);
            }

            var built = builder.Build(name, settings, revocations, issuer => OtherThatTrusts(issuer, name));
            _byOptions.Add(settings, built);
            var previous = Array.Find(_current, scheme => scheme.Name == name);
            Volatile.Write(ref _current, [.. _current.Where(scheme => scheme != previous), built]);
            previous?.Dispose();
            return built;
        }
    }
}
