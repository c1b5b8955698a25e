using System.Text.Json;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>A page of events.</summary>
/// <param name="Events">The events that could be read.</param>
/// <param name="Count">The number of events, including those that could not be read.</param>
internal sealed record EventPage(IReadOnlyList<StoredEvent> Events, int Count)
{
    /// <summary>Gets whether the events are in the order of their time.</summary>
    public bool IsAscending => Events.Zip(Events.Skip(1)).All(pair => pair.First.Time <= pair.Second.Time);

    /// <summary>Reads a page. Null if the body is not a JSON array.</summary>
    public static EventPage? Read(byte[] body, EventStoreKind store)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind != JsonValueKind.Array ? null : new EventPage(
                [.. json.RootElement.EnumerateArray().Select(one => StoredEvent.Read(one, store)).OfType<StoredEvent>()],
                json.RootElement.GetArrayLength());
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
