using System.Security.Claims;
using Npgsql;

var builder = WebApplication.CreateBuilder(args);
await using var database = NpgsqlDataSource.Create(
    builder.Configuration.GetConnectionString("Journal") ?? throw new InvalidOperationException("Set ConnectionStrings:Journal."));

builder.Services.AddKeycloakBearer()
    .AddRevocationJournal(options => builder.Configuration.Bind("Journal", options))
    .UsePostgreSql(database);
builder.Services.AddHealthChecks().AddKeycloak();

var app = builder.Build();
app.MapGet("/orders", (ClaimsPrincipal user) => $"Orders of {user.Identity?.Name}: 1 book, 2 pens").RequireScope("orders:read");
app.MapHealthChecks("/ready");
app.MapKeycloakEndpoints();    // receives logouts from Keycloak: one replica gets each of them
await app.RunAsync();
