using System.Security.Claims;
using Keycloak.ApiProtection;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddKeycloakBearer();

var app = builder.Build();
app.MapGet("/shipments/{orderId:int}", (int orderId, ClaimsPrincipal user) => new
{
    orderId,
    state = "on its way",
    recipient = user.FindFirstValue(KeycloakClaimTypes.PreferredUserName),
    askedBy = user.GetAuthorizedParty(),
}).RequireScope("shipments:read");
app.MapKeycloakEndpoints();    // an exchanged token belongs to the original token's session and ends with it
await app.RunAsync();
