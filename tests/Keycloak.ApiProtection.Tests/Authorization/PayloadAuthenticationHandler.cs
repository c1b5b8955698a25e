using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Tests.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests.Authorization;

/// <summary>
/// Accepts a token payload in the header as if it were a verified token. Authorization depends only on the claims, not on the signature.
/// </summary>
internal sealed class PayloadAuthenticationHandler(
    IOptionsMonitor<PayloadAuthenticationHandler.Settings> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<PayloadAuthenticationHandler.Settings>(options, logger, encoder)
{
    public const string JwtBearerShape = "JwtBearer";
    public const string OurShape = "Keycloak";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers[Options.Header].ToString();
        if (header.Length == 0)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var payload = Encoding.UTF8.GetString(Convert.FromBase64String(header["Payload ".Length..]));
        ClaimsIdentity identity = Scheme.Name == JwtBearerShape
            ? Users.JwtBearerIdentity(payload)
            : new KeycloakIdentity(Users.Token(payload), Scheme.Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = 403;
        if (MissingPermission.Explain(Context) is { } missing)
        {
            Response.Headers["X-Scope"] = missing.Scope;
            Response.Headers["X-Description"] = missing.Description;
            Response.Headers["X-Diagnoses"] = Uri.EscapeDataString(
                string.Join('\n', missing.Diagnoses.Select(diagnosis => $"{diagnosis.Reason} {diagnosis.Remedy}")));
        }

        return Task.CompletedTask;
    }

    internal sealed class Settings : AuthenticationSchemeOptions
    {
        public string Header { get; set; } = "Authorization";
    }
}
