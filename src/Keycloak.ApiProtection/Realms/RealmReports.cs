using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms.Keys;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Realms;

/// <summary>
/// Logs changes and failures of a realm's keys. Each cause is logged once until it is fixed, not once per request or retry.
/// </summary>
/// <remarks>
/// Not thread-safe: one refresh runs at a time. The number of remembered causes is bounded; further ones are not logged.
/// </remarks>
internal sealed class RealmReports(RealmSettings settings, ILogger logger)
{
    private const int MostCauses = 32;

    // The remedy identifies a cause better than the reason: the same outage may affect different addresses at different times.
    private readonly HashSet<(string Code, string Remedy, bool KeysServe)> _reported = [];
    private IReadOnlyList<UnusableKey> _unusable = [];

    public void Failed(RealmFailure failure, bool keysServe, DateTimeOffset serveUntil)
    {
        if (_reported.Count >= MostCauses || !_reported.Add((failure.Code, failure.Remedy, keysServe)))
        {
            return;
        }

        if (keysServe)
        {
            logger.RefreshFailed(settings.SchemeName, failure.Reason, serveUntil, failure.Remedy);
        }
        else
        {
            logger.KeysUnavailable(settings.SchemeName, failure.Reason, failure.Remedy);
        }
    }

    public void Succeeded(KeySet keys, KeySet older, IReadOnlyList<SigningKey> gone)
    {
        if (_reported.Count > 0)
        {
            _reported.Clear();
            logger.Recovered(settings.SchemeName, keys.Keys.Count);
        }

        var added = keys.Keys.Except(older.Keys).ToArray();

        if ((added.Length > 0 || gone.Count > 0) && logger.IsEnabled(LogLevel.Information))
        {
            logger.KeysChanged(settings.SchemeName, keys.Keys.Count, Names(added), Names(gone));
        }

        foreach (var key in keys.Unusable.Where(key => !key.Expected).Except(_unusable))
        {
            var name = Name(key.Id);
            logger.KeyUnusable(settings.SchemeName, name, key.Reason);
        }

        _unusable = keys.Unusable;
    }

    private static string Names(IEnumerable<SigningKey> keys)
    {
        var names = string.Join(", ", keys.Select(key => Name(key.Id)));

        return names.Length == 0 ? "none" : names;
    }

    private static string Name(string? id) => ForeignText.LineUpTo(JsonWebKey.LongestId, id);
}
