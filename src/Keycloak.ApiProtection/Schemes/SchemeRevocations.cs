using System.Collections.Concurrent;
using Keycloak.ApiProtection.Revocation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>The revocations of every scheme. They stay when options are made anew: what has been revoked, stays revoked.</summary>
internal sealed class SchemeRevocations(RevocationMetrics metrics, ILogger<KeycloakRevocations> logger)
{
    private readonly ConcurrentDictionary<string, Lazy<KeycloakRevocations>> _schemes = new(StringComparer.Ordinal);

    /// <summary>The revocations of a scheme, made from its options when they are first asked for.</summary>
    public KeycloakRevocations Open(string scheme, KeycloakBearerOptions options) =>
        _schemes.GetOrAdd(scheme, name => new Lazy<KeycloakRevocations>(() => new KeycloakRevocations(name, options, metrics, logger))).Value;

    /// <summary>What is injected where no scheme is named: the only one there is.</summary>
    public static KeycloakRevocations Only(IEnumerable<KeycloakBearerScheme> schemes, IOptionsMonitor<KeycloakBearerOptions> options)
    {
        var names = schemes.Select(scheme => scheme.Name).Distinct().ToArray();
        return names is [var only]
            ? options.Get(only).Revocations.Value
            : throw new InvalidOperationException(
                $"There are several schemes ({string.Join(", ", names)}): say whose revocations are wanted, with [FromKeyedServices(\"{names[0]}\")] IKeycloakRevocations.");
    }
}
