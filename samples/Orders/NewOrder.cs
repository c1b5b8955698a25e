namespace Orders;

/// <summary>The request body to place an order.</summary>
/// <param name="Item">The ordered item.</param>
/// <param name="Quantity">The number of items.</param>
internal sealed record NewOrder(string? Item, int Quantity)
{
    private const int LongestItem = 100;
    private const int Most = 1_000;

    /// <summary>Gets the validation errors by member; empty if the order is valid.</summary>
    internal Dictionary<string, string[]> Problems
    {
        get
        {
            var problems = new Dictionary<string, string[]>();
            if (string.IsNullOrWhiteSpace(Item) || Item.Length > LongestItem)
            {
                problems["item"] = [$"Enter an item with 1 to {LongestItem} characters."];
            }

            if (Quantity is < 1 or > Most)
            {
                problems["quantity"] = [$"Enter a quantity from 1 to {Most}."];
            }

            return problems;
        }
    }
}
