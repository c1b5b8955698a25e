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

/// <summary>Log-out here, and then at Keycloak (OpenID Connect RP-Initiated Logout).</summary>
/// <remarks>It takes a POST with an antiforgery token: a GET only shows the page, or any site could log users out.</remarks>
internal sealed class LogoutModel(TokenClient keycloak, KeycloakDiscovery discovery, IOptions<KeycloakOptions> options) : PageModel
{
    /// <summary>The cookie that remembers the log-out's state while the browser is at Keycloak.</summary>
    internal const string StateCookie = "storefront.logout";

    /// <summary>Gets Keycloak's end-session endpoint; null where nobody was logged in.</summary>
    public Uri? EndSession { get; private set; }

    /// <summary>Gets the ID token, by which Keycloak knows which session is meant, and need not ask the user.</summary>
    public string? IdToken { get; private set; }

    /// <summary>Gets this application's client id.</summary>
    public string ClientId => options.Value.ClientId!;

    /// <summary>Gets where Keycloak sends the browser afterwards (Clients &gt; the client &gt; Valid post logout redirect URIs).</summary>
    public string? ReturnTo { get; private set; }

    /// <summary>Gets what Keycloak sends back unchanged.</summary>
    public string? State { get; private set; }

    /// <summary>Ends the session here and prepares the way to Keycloak.</summary>
    public async Task OnPostAsync()
    {
        if (await TokenSession.ReadAsync(HttpContext) is not { } tokens)
        {
            return;
        }

        if (tokens.Grants("offline_access") && tokens.DisconnectedAt is null)
        {
            // It would outlive the log-out, and after this nobody here has it any more to give it back.
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
