namespace Orders;

/// <summary>One order of one user.</summary>
/// <param name="Id">Its number, counted for each user.</param>
/// <param name="Item">What was ordered.</param>
/// <param name="Quantity">How many.</param>
internal sealed record Order(int Id, string Item, int Quantity);
