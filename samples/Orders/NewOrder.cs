namespace Orders;

/// <summary>What a client sends to place an order.</summary>
/// <param name="Item">What is ordered.</param>
/// <param name="Quantity">How many.</param>
internal sealed record NewOrder(string? Item, int Quantity)
{
    private const int LongestItem = 100;
    private const int Most = 1_000;

    /// <summary>What is wrong with it, by member; empty where nothing is.</summary>
    internal Dictionary<string, string[]> Problems
    {
        get
        {
            var problems = new Dictionary<string, string[]>();
            if (string.IsNullOrWhiteSpace(Item) || Item.Length > LongestItem)
            {
                problems["item"] = [$"Say what to order, in at most {LongestItem} characters."];
            }

            if (Quantity is < 1 or > Most)
            {
                problems["quantity"] = [$"Order 1 to {Most}."];
            }

            return problems;
        }
    }
}
