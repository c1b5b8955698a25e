using System.Diagnostics;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Load;

/// <summary>A server of one kind on a free loopback port. It prints its address, and stops when its standard input is closed.</summary>
internal static class ApiServer
{
    public static async Task<int> RunAsync(string[] args)
    {
        var kind = args[0];
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            args.Skip(1).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1]));
        switch (kind)
        {
            case "protected":
                builder.Services.AddKeycloakBearer(options =>
                {
                    options.VerifiedTokenCacheSize = 160_000;

                    // One client sends the proofs of all connections. With the default, its share of the memory would be used up.
                    options.Dpop.ReplayCapacity = 4 * 1024 * 1024;
                });
                break;
            case "revoking":
                builder.Services.AddKeycloakBearer();
                break;
            case "introspecting":
                builder.Services.AddKeycloakBearer(options =>
                {
                    options.Introspection.Mode = IntrospectionMode.Always;
                    options.Credentials.Secret = "orders-api-secret";    // the secret in the built-in realm
                });
                break;
            case "forgetting":
                builder.Services.AddKeycloakBearer(options => options.VerifiedTokenCacheSize = 0);
                break;
            case "no-op":
                builder.Services.AddAuthorization().AddAuthentication("NoOp")
                    .AddScheme<AuthenticationSchemeOptions, NoOpHandler>("NoOp", null);
                break;
        }

        var app = builder.Build();
        if (kind == "revoking")
        {
            var revocations = app.Services.GetRequiredService<IKeycloakRevocations>();
            for (var session = 0; session < 100_000; session++)
            {
                revocations.RevokeSession($"ended-{session}");
            }
        }

        var hello = app.MapGet("/hello", () => "hello");
        if (kind != "unprotected")
        {
            hello.RequireAuthorization();
        }

        app.MapGet("/state", (bool? collect) => State(collect ?? false));
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await app.StopAsync();
        return 0;
    }

    private static ServerState State(bool collect)
    {
        using var process = Process.GetCurrentProcess();
        return new ServerState(
            process.TotalProcessorTime.TotalMicroseconds, GC.GetTotalAllocatedBytes(precise: true), GC.GetTotalMemory(collect));
    }

    /// <summary>Returns the same user for every request, so that only the framework's own time for any handler is measured.</summary>
    private sealed class NoOpHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        private static readonly AuthenticationTicket Ticket =
            new(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "anybody")], "NoOp")), "NoOp");

        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.Success(Ticket));
    }
}
