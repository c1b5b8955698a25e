using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>The event stores of a realm in Keycloak's admin API.</summary>
/// <param name="clientId">The client whose service account reads them, for messages.</param>
/// <param name="address">The realm's address in the admin API.</param>
/// <param name="token">The token of the service account.</param>
/// <param name="connection">The connection to Keycloak.</param>
internal sealed class EventStores(string clientId, Uri address, ServiceAccountToken token, AdminConnection connection)
{
    /// <summary>Gets the realm's address in the admin API.</summary>
    public Uri Address => address;

    /// <summary>Reads what the realm stores.</summary>
    /// <exception cref="OperationCanceledException">The cancellation token was canceled; nothing else is thrown.</exception>
    public async Task<RealmAnswer<EventSettings>> ReadSettingsAsync(CancellationToken cancellationToken)
    {
        var config = Of("/events/config");
        if (!(await GetAsync(config, cancellationToken)).Succeeded(out var body, out var failure)
            || !RealmJson.Parse(body, config).Succeeded(out var json, out failure))
        {
            return failure;
        }

        using (json)
        {
            return EventSettings.Read(json.RootElement);
        }
    }

    /// <summary>Reads a page of events, oldest first.</summary>
    /// <param name="store">The store.</param>
    /// <param name="types">The types of user events; null for all.</param>
    /// <param name="from">The time of the oldest event, inclusive, in milliseconds since 1970.</param>
    /// <param name="max">The maximum number of events.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="OperationCanceledException">The cancellation token was canceled; nothing else is thrown.</exception>
    public async Task<RealmAnswer<EventPage>> ReadAsync(
        EventStoreKind store, IReadOnlyList<string> types, long from, int max, CancellationToken cancellationToken)
    {
        var (path, name) = store == EventStoreKind.User ? ("/events", "type") : ("/admin-events", "operationTypes");
        var filter = string.Concat(types.Select(type => $"{name}={type}&"));
        var page = Of(string.Create(CultureInfo.InvariantCulture, $"{path}?{filter}dateFrom={from}&direction=asc&max={max}"));
        return !(await GetAsync(page, cancellationToken)).Succeeded(out var body, out var failure) ? failure
            : EventPage.Read(body, store) is { } events ? events
            : body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'<', ..] ? RealmFailure.NotJson(page, page: true, detail: null)
            : StoredEventsFailures.NotEvents(page);
    }

    private Uri Of(string path) => new(address.AbsoluteUri.TrimEnd('/') + path);

    private async Task<RealmAnswer<byte[]>> GetAsync(Uri resource, CancellationToken cancellationToken)
    {
        // A token may have been revoked, or the realm's keys may have changed: a new one is requested once.
        for (var isSecond = false; ; isSecond = true)
        {
            if (!(await token.GetAsync(cancellationToken)).Succeeded(out var bearer, out var failure))
            {
                return failure;
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, resource);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
            if (!(await connection.SendAsync(request, cancellationToken)).Succeeded(out var response, out failure))
            {
                return failure;
            }

            if (response.Status == HttpStatusCode.OK)
            {
                return response.Body;
            }

            if (response.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                // The next poll gets a token with roles that were assigned in the meantime.
                token.Discard();
            }

            if (response.Status != HttpStatusCode.Unauthorized || isSecond)
            {
                return StoredEventsFailures.Status(resource, response, clientId);
            }
        }
    }
}
