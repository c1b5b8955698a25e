using System.Security.Claims;
using GettingStarted;

var builder = WebApplication.CreateBuilder(Tour.Settings(args));
await using var realm = await DemoRealm.StartUnlessConfiguredAsync(builder);    // the embedded realm if no Keycloak is configured

builder.Services.AddKeycloakBearer();

var app = builder.Build();

app.MapGet("/public", () => "Anybody may read this.");
app.MapGet("/email", (ClaimsPrincipal user) => user.FindFirstValue("email")).RequireScope("email");
app.MapGet("/orders", () => "1 book, 2 pens").RequireScope("orders:read").RequireClientRole("reader");
app.MapPost("/orders", () => Results.Created("/orders/3", "3 lamps"))
    .RequireScope("orders:write")
    .RequireClientRole("writer")
    .RequireActiveToken();
app.MapGet("/admin", () => "Only for the realm's admins.").RequireRealmRole("admin");

app.MapGet("/me", (ClaimsPrincipal user) => user.Claims.ToLookup(claim => claim.Type, claim => claim.Value)
    .ToDictionary(type => type.Key, type => type.ToArray())).RequireAuthorization();

app.MapKeycloakEndpoints();    // receives logouts from Keycloak

return await Tour.RunAsync(app, realm, args);
