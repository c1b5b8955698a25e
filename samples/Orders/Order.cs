namespace Orders;

/// <summary>An order of a user.</summary>
/// <param name="Id">The number of the order; each user's orders are numbered from 1.</param>
/// <param name="Item">The ordered item.</param>
/// <param name="Quantity">The number of items.</param>
internal sealed record Order(int Id, string Item, int Quantity);
