using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Configuration;
using Keycloak.ApiProtection.Schemes;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>The feeds of all schemes that read stored events.</summary>
internal sealed class StoredEventsFeeds
{
    private readonly Lazy<IReadOnlyList<StoredEventsFeed>> _feeds;

    public StoredEventsFeeds(
        KeycloakSchemes schemes,
        IHttpClientFactory httpClients,
        IPollingTurn turn,
        StoredEventsMetrics metrics,
        ILogger<StoredEventsFeed> logger) =>
        _feeds = new(() =>
        [
            .. from scheme in schemes.All
               where scheme.Options.StoredEvents.IsEnabled
               select Open(scheme, httpClients, turn, metrics, logger),
        ]);

    /// <summary>Gets the feeds. They can be used only after the options were validated.</summary>
    public IReadOnlyList<StoredEventsFeed> All => _feeds.Value;

    private static StoredEventsFeed Open(
        KeycloakScheme scheme, IHttpClientFactory httpClients, IPollingTurn turn, StoredEventsMetrics metrics, ILogger logger)
    {
        var options = scheme.Options;
        var time = options.TimeProvider!;
        var client = options.Resource!;
        var connection = new AdminConnection(scheme.Keys.Settings, httpClients, time);
        var token = new ServiceAccountToken(
            client, ClientAuthentications.Of(client, options.Credentials, time), scheme.Keys, connection, time);
        return new StoredEventsFeed(
            new StoredEventsSettings(
                scheme.Name,
                time,
                options.StoredEvents.PollInterval,
                options.StoredEvents.Overlap,
                options.StoredEvents.MaxSilence,
                options.Revocation.Lifetime,
                options.ClockSkew),
            new EventStores(client, new Uri(KeycloakAddress.Admin(options)!), token, connection),
            scheme.Keys,
            scheme.Revocations,
            turn,
            metrics,
            new StoredEventsReports(scheme.Name, time, logger));
    }
}
