using System.Collections.Concurrent;
using System.Security.Claims;

namespace Orders;

/// <summary>Everybody's orders, in memory. Whose they are is decided by the subject: a user name can be given to somebody else one day.</summary>
internal sealed class OrderBook
{
    private const int MostOrders = 1_000;

    private readonly ConcurrentDictionary<string, Order[]> _orders = new(StringComparer.Ordinal);

    /// <summary>The user's orders: everybody begins with two.</summary>
    public IReadOnlyList<Order> Of(ClaimsPrincipal user) => _orders.GetOrAdd(SubjectOf(user), _ => [new(1, "book", 1), new(2, "pen", 12)]);

    /// <summary>One of the user's orders; null where the user has no such order, whoever else has.</summary>
    public Order? Find(ClaimsPrincipal user, int id) => Of(user).FirstOrDefault(order => order.Id == id);

    /// <summary>Adds an order; null where the user has too many already.</summary>
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
        ?? throw new InvalidOperationException("The caller has no subject. Give the client the scope \"basic\" (Clients > the client > Client scopes).");
}
