using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Storefront.Configuration;
using Storefront.Login;
using Storefront.Tokens;

namespace Storefront.Pages;

/// <summary>Logs the user out here, and then at Keycloak (OpenID Connect RP-Initiated Logout).</summary>
/// <remarks>
/// The log-out requires a POST with an antiforgery token; otherwise any site could log users out. A GET only shows the page.
/// </remarks>
internal sealed class LogoutModel(TokenClient keycloak, KeycloakDiscovery discovery, IOptions<KeycloakOptions> options) : PageModel
{
    /// <summary>The cookie that has the state of the log-out while the browser is at Keycloak.</summary>
    internal const string StateCookie = "storefront.logout";

    /// <summary>Gets Keycloak's end-session endpoint; null if no user was logged in.</summary>
    public Uri? EndSession { get; private set; }

    /// <summary>Gets the ID token: it names the session, so that Keycloak need not ask the user.</summary>
    public string? IdToken { get; private set; }

    /// <summary>Gets this application's client id.</summary>
    public string ClientId => options.Value.ClientId!;

    /// <summary>Gets the address to which Keycloak redirects the browser.</summary>
    /// <remarks>Clients &gt; the client &gt; Valid post logout redirect URIs.</remarks>
    public string? ReturnTo { get; private set; }

    /// <summary>Gets the state, which Keycloak sends back unchanged.</summary>
    public string? State { get; private set; }

    /// <summary>Ends the session here and prepares the log-out at Keycloak.</summary>
    public async Task OnPostAsync()
    {
        if (await TokenSession.ReadAsync(HttpContext) is not { } tokens)
        {
            return;
        }

        if (tokens.Grants("offline_access") && tokens.DisconnectedAt is null)
        {
            // The offline token would stay valid after the log-out, and nothing here could revoke it later.
            await keycloak.RevokeAsync(tokens, HttpContext.RequestAborted);
        }

        await HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        EndSession = discovery.Endpoints.EndSession;
        IdToken = tokens.IdToken;
        ReturnTo = $"{Request.Scheme}://{Request.Host}{Request.PathBase}/logged-out";
        State = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        Response.Cookies.Append(StateCookie, State, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = Request.IsHttps,
            Path = "/logged-out",
            MaxAge = TimeSpan.FromMinutes(10),
        });
    }
}
