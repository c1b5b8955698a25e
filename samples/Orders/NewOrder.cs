namespace Orders;

/// <summary>The request body to place an order.</summary>
/// <param name="Item">The ordered item.</param>
/// <param name="Quantity">The number of items.</param>
internal sealed record NewOrder(string? Item, int Quantity)
{
    /// <summary>The largest quantity that any login may order.</summary>
    internal const int MostOfAnyLogin = 20;

    /// <summary>The largest quantity of a large order, which needs a strong and recent login.</summary>
    internal const int Most = 1_000;

    private const int LongestItem = 100;

    /// <summary>Returns the validation errors by member; empty if the order is valid.</summary>
    internal Dictionary<string, string[]> Problems(int most)
    {
        var problems = new Dictionary<string, string[]>();
        if (string.IsNullOrWhiteSpace(Item) || Item.Length > LongestItem)
        {
            problems["item"] = [$"Enter an item with 1 to {LongestItem} characters."];
        }

        if (Quantity < 1 || Quantity > most)
        {
            problems["quantity"] = [$"Enter a quantity from 1 to {most}."];
        }

        return problems;
    }
}
