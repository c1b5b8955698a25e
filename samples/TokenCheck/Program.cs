// Checks tokens for a gateway, for example in front of an API that is not written in .NET. There is one endpoint for each set of rights.
// The configuration of the gateway selects the endpoint.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddKeycloakBearer();

var app = builder.Build();
app.MapTokenCheck("/check/email").RequireScope("email");
app.MapTokenCheck("/check/orders-read").RequireScope("orders:read");
app.MapTokenCheck("/check/orders-write").RequireScope("orders:write").RequireActiveToken();
app.MapKeycloakEndpoints();    // receives logouts from Keycloak
await app.RunAsync();
