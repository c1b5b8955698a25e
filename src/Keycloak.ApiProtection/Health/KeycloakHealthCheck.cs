using Keycloak.ApiProtection.Journal;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.StoredEvents;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Keycloak.ApiProtection.Health;

/// <summary>Whether requests with a token can be decided at present. It reads what the process knows, and never calls Keycloak.</summary>
/// <remarks>
/// A probe that called Keycloak would be a load, and an outage of Keycloak would take all replicas out of service at the same time although
/// they can verify tokens with the keys that they have.
/// </remarks>
internal sealed class KeycloakHealthCheck(
    KeycloakSchemes schemes, SharedRevocations? shared = null, StoredEventsFeeds? feeds = null) : IHealthCheck
{
    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        var findings = Findings(data).ToArray();
        var status = findings.Any(finding => finding.Decides) ? context.Registration.FailureStatus
            : findings.Length > 0 ? HealthStatus.Degraded
            : HealthStatus.Healthy;
        return Task.FromResult(new HealthCheckResult(
            status, findings.Length == 0 ? null : string.Join(' ', findings.Select(finding => finding.Text)), exception: null, data));
    }

    /// <summary>Returns what is wrong. "Decides" means that requests with a token get 503 because of it.</summary>
    private IEnumerable<(bool Decides, string Text)> Findings(Dictionary<string, object> data)
    {
        foreach (var scheme in schemes.All)
        {
            foreach (var finding in Keys(scheme, data).Concat(Introspection(scheme, data)))
            {
                yield return finding;
            }
        }

        foreach (var finding in Journal(data).Concat(StoredEvents(data)))
        {
            yield return finding;
        }
    }

    private static IEnumerable<(bool Decides, string Text)> Keys(KeycloakScheme scheme, Dictionary<string, object> data)
    {
        var keys = scheme.Keys;
        data[$"{scheme.Name}.issuer"] = scheme.Verifier.Policy.Issuers[0];
        data[$"{scheme.Name}.keys"] = keys.Count;
        if (keys.Failure is { } failure)
        {
            data[$"{scheme.Name}.keys.problem"] = failure.Code;
        }

        if (keys.Count == 0 || (keys.Failure is not null && keys.Freshness == Freshness.Dormant))
        {
            yield return (true, $"{scheme.Name}: the realm's keys cannot be used ({Reason(keys.Failure)}). Requests with a token get 503.");
        }
        else if (keys.Failure is not null)
        {
            yield return (false, $"{scheme.Name}: the last refresh of the realm's keys failed ({Reason(keys.Failure)}). "
                + "The cached keys are used.");
        }
    }

    private static IEnumerable<(bool Decides, string Text)> Introspection(KeycloakScheme scheme, Dictionary<string, object> data)
    {
        if (scheme.Introspector is not { } introspector)
        {
            yield break;
        }

        data[$"{scheme.Name}.introspection"] = introspector.IsFailing ? "failing" : "ok";
        if (introspector.IsFailing)
        {
            yield return (false, $"{scheme.Name}: Keycloak does not respond to introspection requests. "
                + "Requests whose token must be introspected get 503.");
        }
    }

    private IEnumerable<(bool Decides, string Text)> Journal(Dictionary<string, object> data)
    {
        if (shared is null)
        {
            yield break;
        }

        data["journal"] = shared.View.ToString();
        data["journal.waiting"] = shared.Waiting;
        if (!shared.IsCurrent)
        {
            var rejects = shared.Handling == UnreadableJournal.Reject
                || (shared.Handling == UnreadableJournal.Introspect && schemes.All.Any(scheme => scheme.Introspector is null));
            yield return (rejects, "The journal cannot be read, so revocations of other replicas are not known. Requests with a token are "
                + $"handled as the options say: {shared.Handling}.");
        }

        if (shared.AppendFails)
        {
            yield return (false, $"The journal does not accept revocations; {shared.Waiting} wait in memory.");
        }
    }

    private IEnumerable<(bool Decides, string Text)> StoredEvents(Dictionary<string, object> data)
    {
        foreach (var feed in feeds?.All ?? [])
        {
            var problem = feed.State.Problem;
            data[$"{feed.Scheme}.stored_events"] = problem?.Code ?? (feed.State.IsMyTurn ? "ok" : "read by another replica");
            if (problem is not null)
            {
                yield return (false, $"{feed.Scheme}: the stored events of Keycloak cannot be read ({Reason(problem)}).");
            }
        }
    }

    private static string Reason(RealmFailure? failure) => failure?.Code ?? "they were not read yet";
}
