using System.Security.Claims;
using System.Text.Encodings.Web;
using Keycloak.ApiProtection.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Orders.Identity;

/// <summary>Believes the headers with which the gateway says who the caller is. Whoever can reach this API can be anybody: hence <see cref="LoopbackOnly"/>.</summary>
/// <remarks>The claims get the names that they have in the token, one for each scope and role, so that the library's policies work here, too.</remarks>
internal sealed class GatewayIdentityHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
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
            // The gateway sets each once. Two would be one of the gateway and one of somebody else.
            if (Request.Headers[header].Count > 1)
            {
                return Task.FromResult(AuthenticateResult.Fail($"There are several headers {header}: the gateway must replace what clients send, not add to it."));
            }

            var value = Request.Headers[header].ToString();
            string[] items = Lists.Contains((header, claim)) ? value.Split(' ', StringSplitOptions.RemoveEmptyEntries) : value.Length > 0 ? [value] : [];
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
