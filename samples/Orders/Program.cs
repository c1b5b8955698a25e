using System.Security.Claims;
using Orders;
using Orders.Identity;
using Orders.Shipping;

var builder = WebApplication.CreateBuilder(args);
var identity = builder.AddCallerIdentity();    // from the token or from a gateway; the endpoints work with both
builder.AddShipping();
builder.Services.AddSingleton<OrderBook>();

var app = builder.Build();

app.MapGet("/email", (ClaimsPrincipal user) => user.FindFirstValue("email") is { } email ? Results.Text(email) : Results.NoContent())
    .RequireScope("email");

var orders = app.MapGroup("/orders");
orders.MapGet("/", (ClaimsPrincipal user, OrderBook book) => book.Of(user)).RequireScope("orders:read");
var place = orders.MapPost("/", Place(NewOrder.MostOfAnyLogin)).RequireScope("orders:write");
orders.MapShipments(identity).RequireScope("orders:read");

if (identity == CallerIdentity.Token)
{
    place.RequireActiveToken();    // with a gateway, this API has no token, and the gateway introspects it

    // The level and the time of the login are in the token, so this endpoint does not exist behind a gateway.
    orders.MapPost("/large", Place(NewOrder.Most)).RequireScope("orders:write").RequireActiveToken()
        .RequireAuthentication("gold", maxAge: TimeSpan.FromMinutes(5));
    app.MapKeycloakEndpoints();    // receives logouts from Keycloak
}

await app.RunAsync();

static Func<ClaimsPrincipal, OrderBook, NewOrder, IResult> Place(int most) => (user, book, order) =>
    order.Problems(most) is { Count: > 0 } problems
        ? Results.ValidationProblem(problems)
        : book.Add(user, order) is { } placed
            ? Results.Created($"/orders/{placed.Id}", placed)
            : Results.Problem("You have the maximum number of orders.", statusCode: 409);
