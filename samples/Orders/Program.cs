using System.Security.Claims;
using Orders;
using Orders.Identity;
using Orders.Shipping;

var builder = WebApplication.CreateBuilder(args);
var believed = builder.AddCallerIdentity();    // the token itself, or a gateway's word: the endpoints below do not know which
builder.AddShipping();
builder.Services.AddSingleton<OrderBook>();

var app = builder.Build();

app.MapGet("/email", (ClaimsPrincipal user) => user.FindFirstValue("email") is { } email ? Results.Text(email) : Results.NoContent())
    .RequireScope("email");

var orders = app.MapGroup("/orders");
orders.MapGet("/", (ClaimsPrincipal user, OrderBook book) => book.Of(user)).RequireScope("orders:read");
var place = orders.MapPost("/", (ClaimsPrincipal user, OrderBook book, NewOrder order) =>
    order.Problems is { Count: > 0 } problems
        ? Results.ValidationProblem(problems)
        : book.Add(user, order) is { } placed ? Results.Created($"/orders/{placed.Id}", placed) : Results.Problem("Your order book is full.", statusCode: 409)).RequireScope("orders:write");
orders.MapShipments(believed).RequireScope("orders:read");

if (believed == CallerIdentity.Token)
{
    place.RequireActiveToken();    // behind the gateway nobody here has the token: there, the gateway asks
    app.MapKeycloakEndpoints();    // where Keycloak tells of logouts
}

await app.RunAsync();
