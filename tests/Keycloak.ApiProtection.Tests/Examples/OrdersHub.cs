using Microsoft.AspNetCore.SignalR;

namespace Keycloak.ApiProtection.Tests.Examples;

/// <summary>The hub of docs/signalr.md.</summary>
[RequireScope("orders:read")]
public sealed class OrdersHub : Hub
{
    [RequireClientRole("writer")]
    public Task Change(int order) => Clients.All.SendAsync("changed", order);
}
