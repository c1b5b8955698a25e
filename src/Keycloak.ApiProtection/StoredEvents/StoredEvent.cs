using System.Text.Json;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>
/// An event as Keycloak stores it: a user event (<c>EventRepresentation</c>) or an admin event (<c>AdminEventRepresentation</c>).
/// </summary>
/// <param name="Store">The store that it comes from.</param>
/// <param name="Id">The id, or a text that identifies an event without one.</param>
/// <param name="Time">Keycloak's time in milliseconds since 1970.</param>
/// <param name="Type">
/// The type of a user event, such as <c>LOGOUT</c>; the operation and the type of the resource of an admin event, such as
/// <c>DELETE USER</c>.
/// </param>
/// <remarks>
/// Texts of events can be long, and a representation can hold anything. A text that is longer than the limit is not read; then
/// <see cref="IsTruncated"/> is true.
/// </remarks>
internal sealed record StoredEvent(EventStoreKind Store, string Id, long Time, string Type)
{
    /// <summary>The maximum length of a name, of an id or of a path.</summary>
    public const int LongestText = 1024;

    /// <summary>The maximum length of a representation.</summary>
    public const int LongestRepresentation = 512 * 1024;

    // The last millisecond of the year 9999.
    private const long LatestTime = 253_402_300_799_999;

    /// <summary>Gets the id of the realm.</summary>
    public string? RealmId { get; private init; }

    /// <summary>Gets the client (<c>azp</c>) of a user event.</summary>
    public string? ClientId { get; private init; }

    /// <summary>Gets the user (<c>sub</c>) of a user event.</summary>
    public string? UserId { get; private init; }

    /// <summary>Gets the session (<c>sid</c>) of a user event.</summary>
    public string? SessionId { get; private init; }

    /// <summary>Gets the path of an admin event's resource, such as <c>users/{id}</c>. Empty for the realm itself.</summary>
    public string ResourcePath { get; private init; } = string.Empty;

    /// <summary>Gets the JSON of an admin event's resource. Null if details are off, or if it is too long.</summary>
    public string? Representation { get; private init; }

    /// <summary>Gets the details of a user event: <c>token_id</c>.</summary>
    public string? TokenId { get; private init; }

    /// <summary>Gets the details of a user event: <c>revoked_client</c>.</summary>
    public string? RevokedClient { get; private init; }

    /// <summary>Gets the details of a user event: <c>token_exchange_revoked_clients</c>.</summary>
    public string? ExchangeClients { get; private init; }

    /// <summary>Gets the details of a user event: <c>reason</c>.</summary>
    public string? Reason { get; private init; }

    /// <summary>Gets whether an admin event is about a request that failed, so that nothing has changed.</summary>
    public bool HasFailed { get; private init; }

    /// <summary>Gets whether a text of the event is too long and was not read.</summary>
    public bool IsTruncated { get; private init; }

    /// <summary>Gets the time as Keycloak's clock shows it.</summary>
    public DateTimeOffset At => DateTimeOffset.FromUnixTimeMilliseconds(Time);

    /// <summary>Reads an event. Null if it has no valid time or type.</summary>
    public static StoredEvent? Read(JsonElement json, EventStoreKind store)
    {
        if (json.ValueKind != JsonValueKind.Object
            || !json.TryGetProperty("time", out var time) || time.ValueKind != JsonValueKind.Number
            || !time.TryGetInt64(out var at) || at is < 0 or > LatestTime)
        {
            return null;
        }

        var isTruncated = false;
        string? Text(JsonElement from, string name, int longest = LongestText)
        {
            if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out var value)
                || value.ValueKind != JsonValueKind.String)
            {
                return null;
            }

            if (Realms.RealmJson.String(from, name) is not { } text || text.Length > longest)
            {
                isTruncated = true;
                return null;
            }

            return text.Length == 0 ? null : text;
        }

        var details = json.TryGetProperty("details", out var found) ? found : default;
        var type = store == EventStoreKind.User ? Text(json, "type") : $"{Text(json, "operationType")} {Text(json, "resourceType")}";
        var path = Text(json, "resourcePath") ?? string.Empty;
        var user = Text(json, "userId");
        var session = Text(json, "sessionId");
        if (string.IsNullOrWhiteSpace(type))
        {
            return null;
        }

        var read = new StoredEvent(store, Text(json, "id") ?? $"{at} {type} {path} {user} {session}", at, type)
        {
            RealmId = Text(json, "realmId"),
            ClientId = Text(json, "clientId"),
            UserId = user,
            SessionId = session,
            ResourcePath = path,
            Representation = store == EventStoreKind.Admin ? Text(json, "representation", LongestRepresentation) : null,
            TokenId = Text(details, "token_id"),
            RevokedClient = Text(details, "revoked_client"),
            ExchangeClients = Text(details, "token_exchange_revoked_clients"),
            Reason = Text(details, "reason"),
            HasFailed = store == EventStoreKind.Admin && Text(json, "error") is not null,
        };
        return read with { IsTruncated = isTruncated };
    }
}
