using System.Collections.Concurrent;
using System.Security.Claims;

namespace Orders;

/// <summary>The orders of all users, in memory. The key is the subject, because a user name can later belong to another user.</summary>
internal sealed class OrderBook
{
    private const int MostOrders = 1_000;

    private readonly ConcurrentDictionary<string, Order[]> _orders = new(StringComparer.Ordinal);

    /// <summary>Returns the user's orders. Every user starts with two.</summary>
    public IReadOnlyList<Order> Of(ClaimsPrincipal user) =>
        _orders.GetOrAdd(SubjectOf(user), _ => [new(1, "book", 1), new(2, "pen", 12)]);

    /// <summary>Finds an order of the user; null if the user has no order with this number, even if another user has one.</summary>
    public Order? Find(ClaimsPrincipal user, int id) => Of(user).FirstOrDefault(order => order.Id == id);

    /// <summary>Adds an order; null if the user already has the maximum number of orders.</summary>
    public Order? Add(ClaimsPrincipal user, NewOrder order)
    {
        while (true)
        {
            var before = (Order[])Of(user);
            if (before.Length >= MostOrders)
            {
                return null;
            }

            var placed = new Order(before.Length + 1, order.Item!, order.Quantity);
            if (_orders.TryUpdate(SubjectOf(user), [.. before, placed], before))
            {
                return placed;
            }
        }
    }

    private static string SubjectOf(ClaimsPrincipal user) => user.GetSubject()
        ?? throw new InvalidOperationException(
            "The caller has no subject. Add the scope \"basic\" to the client (Clients > the client > Client scopes).");
}
