using System.Text.Json;

namespace Storefront.Apis;

/// <summary>One order, as the API tells it.</summary>
internal sealed record Order(string Id, string Item, string Quantity)
{
    /// <summary>Reads the API's list; null when it is none, and is then shown as it came.</summary>
    public static IReadOnlyList<Order>? TryReadList(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind != JsonValueKind.Array
                ? null
                : [.. document.RootElement.EnumerateArray().Select(order => new Order(Text(order, "id"), Text(order, "item"), Text(order, "quantity")))];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonElement order, string name) =>
        order.ValueKind == JsonValueKind.Object && order.TryGetProperty(name, out var value) ? value.ToString() : string.Empty;
}
