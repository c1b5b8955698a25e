using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>The library's instruments, all on the meter <see cref="KeycloakBearerDefaults.MeterName"/>; the tag <c>scheme</c> names the scheme.</summary>
/// <remarks>What requests count by the thousand is counted by ourselves and read when somebody collects: an instrument that is told would cost every request.</remarks>
internal sealed class KeycloakMetrics
{
    private readonly ConcurrentDictionary<string, VerifiedTokenCounts> _verifiedTokens = new(StringComparer.Ordinal);

    public KeycloakMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(KeycloakBearerDefaults.MeterName);
        meter.CreateObservableCounter("keycloak.verified_tokens.hits", () => Each(counts => counts.Hits), "{request}", "Requests whose token had been verified before.");
        meter.CreateObservableCounter("keycloak.verified_tokens.misses", () => Each(counts => counts.Misses), "{request}", "Requests whose token's signature had to be checked.");
        meter.CreateObservableCounter("keycloak.verified_tokens.evictions", () => Each(counts => counts.Evictions), "{token}", "Verified tokens that had to go for others before they ended.");
        meter.CreateObservableUpDownCounter("keycloak.verified_tokens.count", () => Each(counts => counts.Tokens), "{token}", "Verified tokens that are remembered.");
    }

    /// <summary>What is counted of a scheme's tokens; it lives on when the scheme's options are made anew.</summary>
    public VerifiedTokenCounts VerifiedTokens(string scheme) => _verifiedTokens.GetOrAdd(scheme, static _ => new VerifiedTokenCounts());

    private IEnumerable<Measurement<long>> Each(Func<VerifiedTokenCounts, long> count) =>
        _verifiedTokens.Select(scheme => new Measurement<long>(count(scheme.Value), new KeyValuePair<string, object?>("scheme", scheme.Key)));
}
