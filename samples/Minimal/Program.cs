using System.Security.Claims;
using Keycloak.ApiProtection;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddKeycloakBearer();

var app = builder.Build();
app.MapGet("/", () => "Anybody may read this.");
app.MapGet("/orders", (ClaimsPrincipal user) => $"Orders of {user.Identity?.Name}: 1 book, 2 pens")
    .RequireScope("orders:read").RequireClientRole("reader");
app.MapPost("/orders", [RequireClientRole("writer")] () => Results.Created("/orders/3", "3 lamps"));
app.Run();
