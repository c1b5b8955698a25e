using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests.TokenCheck;

/// <summary>A scheme besides Keycloak that accepts any name without verification.</summary>
internal sealed class BadgeHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string Name = "Badge";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        return Task.FromResult(header.StartsWith("Badge ", StringComparison.Ordinal)
            ? AuthenticateResult.Success(
                new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new("sub", header["Badge ".Length..])], Name)), Name))
            : AuthenticateResult.NoResult());
    }
}
