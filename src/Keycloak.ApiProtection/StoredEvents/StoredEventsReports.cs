using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>Logs why stored events cannot be read: each cause once until a poll succeeds.</summary>
/// <remarks>Not thread-safe: one poll runs at a time.</remarks>
internal sealed class StoredEventsReports(string scheme, TimeProvider time, ILogger logger)
{
    private const int MostCauses = 32;

    private readonly HashSet<(string Code, string Remedy)> _reported = [];
    private readonly RejectionCause _unreadable = new();
    private bool _isSilent;
    private string _incomplete = string.Empty;

    /// <summary>Reading begins.</summary>
    public void Started(Uri address, TimeSpan interval)
    {
        var shown = ForeignText.Address(address);
        logger.StoredEventsRead(scheme, shown, interval);
    }

    /// <summary>The realm's settings were read. Logged again only if they have changed.</summary>
    public void Settings(IEnumerable<string> remedies)
    {
        var text = string.Join(' ', remedies);
        if (text.Length > 0 && text != _incomplete)
        {
            logger.StoredEventsIncomplete(scheme, text);
        }

        _incomplete = text;
    }

    /// <summary>A poll failed.</summary>
    public void Failed(RealmFailure failure, TimeSpan silence, TimeSpan maxSilence)
    {
        if (_reported.Count < MostCauses && _reported.Add((failure.Code, failure.Remedy)))
        {
            logger.StoredEventsFailed(scheme, failure.Reason, failure.Remedy);
        }

        if (!_isSilent && silence > maxSilence)
        {
            _isSilent = true;
            logger.StoredEventsSilent(scheme, silence, maxSilence, failure.Reason, failure.Remedy);
        }
    }

    /// <summary>A poll succeeded.</summary>
    public void Succeeded()
    {
        _isSilent = false;
        if (_reported.Count > 0)
        {
            _reported.Clear();
            logger.StoredEventsRecovered(scheme);
        }
    }

    /// <summary>An event has an effect on tokens.</summary>
    public void Applied(StoredEvent stored, EventEffect effect)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            var type = ForeignText.Quote(stored.Type);
            var kind = effect.Kind.ToString();
            logger.StoredEventApplied(scheme, type, stored.At, kind);
        }
    }

    /// <summary>An event does not say which tokens it concerns. Logged once per minute.</summary>
    public void Unreadable(StoredEvent stored)
    {
        if (_unreadable.Take(time, TimeSpan.FromMinutes(1), out var suppressed))
        {
            logger.StoredEventUnreadable(scheme, ForeignText.Quote(stored.Type), suppressed);
        }
    }
}
