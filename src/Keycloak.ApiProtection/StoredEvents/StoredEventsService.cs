using Microsoft.Extensions.Hosting;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>Reads stored events while the application runs.</summary>
internal sealed class StoredEventsService(StoredEventsFeeds feeds) : BackgroundService
{
    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(feeds.All.Select(feed => feed.RunAsync(stoppingToken)));
}
