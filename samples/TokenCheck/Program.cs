// What a gateway asks about the tokens of an API that is not written in .NET. One check for each set of rights: the gateway's route says which.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddKeycloakBearer();

var app = builder.Build();
app.MapTokenCheck("/check/email").RequireScope("email");
app.MapTokenCheck("/check/orders-read").RequireScope("orders:read");
app.MapTokenCheck("/check/orders-write").RequireScope("orders:write").RequireActiveToken();
app.MapKeycloakEndpoints();    // where Keycloak tells of logouts
await app.RunAsync();
