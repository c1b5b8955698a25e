using System.Text.Json;

namespace Storefront.Apis;

/// <summary>One order of the API's response.</summary>
internal sealed record Order(string Id, string Item, string Quantity)
{
    /// <summary>Reads the API's list of orders; null if the text is not a list, and the page then shows it unchanged.</summary>
    public static IReadOnlyList<Order>? TryReadList(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind != JsonValueKind.Array
                ? null
                : [.. document.RootElement.EnumerateArray().Select(Read)];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Order Read(JsonElement order) => new(Text(order, "id"), Text(order, "item"), Text(order, "quantity"));

    private static string Text(JsonElement order, string name) =>
        order.ValueKind == JsonValueKind.Object && order.TryGetProperty(name, out var value) ? value.ToString() : string.Empty;
}
