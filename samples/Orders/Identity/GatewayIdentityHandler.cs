using System.Security.Claims;
using System.Text.Encodings.Web;
using Keycloak.ApiProtection;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Orders.Identity;

/// <summary>
/// Trusts the gateway's headers with the caller's identity. Anyone who can connect to this API can impersonate any user, which is why
/// <see cref="LoopbackOnly"/> exists.
/// </summary>
/// <remarks>
/// Claims have the same names as in the token, with one claim for each scope and role, so that the library's policies work.
/// </remarks>
internal sealed class GatewayIdentityHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name.</summary>
    public new const string Scheme = "Gateway";

    private const string SubjectHeader = "X-Token-Subject";

    private static readonly (string Header, string Claim)[] Single =
    [
        ("X-Token-Issuer", KeycloakClaimTypes.Issuer),
        (SubjectHeader, KeycloakClaimTypes.Subject),
        ("X-Token-Username", KeycloakClaimTypes.PreferredUserName),
        ("X-Token-Email", KeycloakClaimTypes.Email),
        ("X-Token-Client", KeycloakClaimTypes.AuthorizedParty),
    ];

    private static readonly (string Header, string Claim)[] Lists =
    [
        ("X-Token-Scope", KeycloakClaimTypes.Scope),
        ("X-Token-Realm-Roles", ClaimTypes.Role),
    ];

    /// <inheritdoc />
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[SubjectHeader].Count == 0)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var claims = new List<Claim>();
        foreach (var (header, claim) in Single.Concat(Lists))
        {
            // The gateway sends each header once. A second header would come from another source.
            if (Request.Headers[header].Count > 1)
            {
                return Task.FromResult(AuthenticateResult.Fail(
                    $"The request has more than one header {header}. The gateway must replace the client's header, not add one."));
            }

            var value = Request.Headers[header].ToString();
            string[] items = Lists.Contains((header, claim))
                ? value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                : value.Length > 0 ? [value] : [];
            claims.AddRange(items.Select(item => new Claim(claim, Uri.UnescapeDataString(item), ClaimValueTypes.String, Scheme)));
        }

        if (!claims.Exists(claim => claim.Type == KeycloakClaimTypes.Subject))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var identity = new ClaimsIdentity(claims, Scheme, KeycloakClaimTypes.PreferredUserName, ClaimTypes.Role);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme)));
    }
}
