using System.Collections.Concurrent;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>Who is told of revocations: open connections whose token may be revoked, and observers of the application.</summary>
internal sealed class RevocationListeners(string scheme, AppliedRevocations applied, ILogger logger)
{
    private readonly ConcurrentDictionary<RevocationWatch, byte> _watches = new();
    private readonly ConcurrentDictionary<RevocationObserver, byte> _observers = new();

    /// <summary>Gets the number of open connections with a watch.</summary>
    public int Watches => _watches.Count;

    /// <summary>Calls back once when a token is revoked, or immediately if it is.</summary>
    public IDisposable Watch(in TokenMarks marks, Action revoked)
    {
        // Add the watch before the lookup, so that an event in between is noticed by one of the two.
        var watch = new RevocationWatch(marks, revoked, _watches);
        _watches.TryAdd(watch, 0);
        if (applied.Find(marks) != RevocationMatch.None)
        {
            watch.Fire();
        }

        return watch;
    }

    /// <summary>Calls back for every event.</summary>
    public IDisposable Observe(Action<KeycloakRevocation> observer)
    {
        var observation = new RevocationObserver(observer, _observers);
        _observers.TryAdd(observation, 0);
        return observation;
    }

    /// <summary>Tells everybody of an event that has changed something.</summary>
    public void Notify(KeycloakRevocation revocation)
    {
        if (revocation.Kind is not (RevocationKind.RecheckUser or RevocationKind.RecheckAll))
        {
            FireWatches();
        }

        foreach (var (observer, _) in _observers)
        {
            try
            {
                observer.Notify(revocation);
            }
#pragma warning disable CA1031 // an exception of an observer must not stop the revocation or the other observers
            catch (Exception failure)
#pragma warning restore CA1031
            {
                logger.ObserverFailed(failure, scheme);
            }
        }
    }

    private void FireWatches()
    {
        // Checking all watches takes a few nanoseconds each, which is less than the cost of an index.
        foreach (var (watch, _) in _watches)
        {
            if (applied.Find(watch.Marks) != RevocationMatch.None)
            {
                watch.Fire();
            }
        }
    }
}
