using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>
/// Metrics of the verified tokens, on the meter <see cref="KeycloakBearerDefaults.MeterName"/>. The tag <c>scheme</c> names the scheme.
/// </summary>
/// <remarks>
/// The library counts by itself, and observable instruments read the counts when metrics are collected. A counter instrument would add a
/// cost to every request.
/// </remarks>
internal sealed class KeycloakMetrics
{
    private readonly ConcurrentDictionary<string, VerifiedTokenCounts> _verifiedTokens = new(StringComparer.Ordinal);

    public KeycloakMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(KeycloakBearerDefaults.MeterName);
        meter.CreateObservableCounter(
            "keycloak.verified_tokens.hits",
            () => Each(counts => counts.Hits),
            "{request}",
            "Requests whose token was in the cache of verified tokens.");
        meter.CreateObservableCounter(
            "keycloak.verified_tokens.misses",
            () => Each(counts => counts.Misses),
            "{request}",
            "Requests for which the signature of the token was checked.");
        meter.CreateObservableCounter(
            "keycloak.verified_tokens.evictions",
            () => Each(counts => counts.Evictions),
            "{token}",
            "Verified tokens that were evicted from the cache before they expired.");
        meter.CreateObservableUpDownCounter(
            "keycloak.verified_tokens.count",
            () => Each(counts => counts.Tokens),
            "{token}",
            "Verified tokens in the cache.");
    }

    /// <summary>Returns the counts of a scheme. They are kept when the scheme's options change.</summary>
    public VerifiedTokenCounts VerifiedTokens(string scheme) => _verifiedTokens.GetOrAdd(scheme, static _ => new VerifiedTokenCounts());

    private IEnumerable<Measurement<long>> Each(Func<VerifiedTokenCounts, long> count) =>
        _verifiedTokens.Select(scheme =>
            new Measurement<long>(count(scheme.Value), new KeyValuePair<string, object?>("scheme", scheme.Key)));
}
