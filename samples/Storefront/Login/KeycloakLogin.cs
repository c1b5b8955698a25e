using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;
using Storefront.Configuration;
using Storefront.Tokens;

namespace Storefront.Login;

/// <summary>The framework's OAuth handler, set up for Keycloak: authorization code with PKCE (RFC 7636) and state.</summary>
internal sealed partial class KeycloakLogin(
    KeycloakDiscovery discovery, IOptions<KeycloakOptions> keycloak, TimeProvider time, ILogger<KeycloakLogin> logger)
    : IPostConfigureOptions<OAuthOptions>, IConfigureNamedOptions<OAuthOptions>
{
    /// <summary>The scheme's name.</summary>
    public const string Scheme = "keycloak";

    /// <summary>As long as Keycloak keeps an offline session that nobody uses (Realm settings &gt; Sessions, by default).</summary>
    private static readonly TimeSpan StayConnected = TimeSpan.FromDays(30);

    /// <summary>Begins a log-in that asks for what the user chose, and then goes on at a page of this application.</summary>
    public static AuthenticationProperties Begin(LoginChoices choices, string returnUrl)
    {
        var properties = new OAuthChallengeProperties
        {
            RedirectUri = returnUrl,
            IsPersistent = choices.StayConnected,
        };
        properties.SetScope([.. choices.Scopes()]);
        return properties;
    }

    /// <inheritdoc />
    public void Configure(OAuthOptions options) => Configure(Scheme, options);

    /// <inheritdoc />
    public void Configure(string? name, OAuthOptions options)
    {
        options.SignInScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        options.ClientId = keycloak.Value.ClientId!;
        options.ClientSecret = keycloak.Value.ClientSecret!;
        options.CallbackPath = "/signin-keycloak";
        options.UsePkce = true;
        options.SaveTokens = true;    // into the ticket, which stays in MemoryTicketStore

        // The framework's default, None, is dropped by browsers over http. Keycloak sends the browser back with a plain GET: Lax is enough.
        options.CorrelationCookie.SameSite = SameSiteMode.Lax;
        options.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;

        options.Events.OnCreatingTicket = AskWhoTheUserIsAsync;
        options.Events.OnTicketReceived = received =>
        {
            MemoryTicketStore.BeginNewSession(received.HttpContext);
            if (received.Properties!.IsPersistent)
            {
                received.Properties.ExpiresUtc = time.GetUtcNow() + StayConnected;
            }

            return Task.CompletedTask;
        };
        options.Events.OnRemoteFailure = failed =>
        {
            var reason = LoginFailure.Of(failed.Request, failed.Failure);
            LoginFailed(logger, reason == LoginFailure.Failed ? LogLevel.Warning : LogLevel.Information, reason, failed.Failure?.Message ?? "no reason given");
            failed.HandleResponse();
            failed.Response.Redirect($"/login/failed?reason={reason}");
            return Task.CompletedTask;
        };
    }

    /// <inheritdoc />
    public void PostConfigure(string? name, OAuthOptions options)
    {
        if (name == Scheme)
        {
            options.AuthorizationEndpoint = discovery.Endpoints.Authorization.AbsoluteUri;
            options.TokenEndpoint = discovery.Endpoints.Token.AbsoluteUri;
            options.UserInformationEndpoint = discovery.Endpoints.UserInfo.AbsoluteUri;
        }
    }

    /// <summary>Asks the userinfo endpoint who has logged in (OpenID Connect Core section 5.3).</summary>
    /// <remarks>
    /// The ID token would say so, too, but whoever believes it has to check signature, issuer, audience and nonce, which is the work of an OpenID
    /// Connect handler and not of an OAuth one. So it is kept only to be handed back at log-out (<c>id_token_hint</c>), where Keycloak checks it.
    /// </remarks>
    private async Task AskWhoTheUserIsAsync(OAuthCreatingTicketContext context)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, context.Options.UserInformationEndpoint);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", context.AccessToken);
        using var response = await context.Backchannel.SendAsync(request, context.HttpContext.RequestAborted);
        response.EnsureSuccessStatusCode();
        using var user = JsonDocument.Parse(await response.Content.ReadAsStringAsync(context.HttpContext.RequestAborted));
        var subject = Text(user.RootElement, "sub") ?? throw new InvalidOperationException(
            "Keycloak's userinfo has no \"sub\". Add the client scope \"basic\" (or \"openid\" to the requested scopes) to the client.");
        context.Identity!.AddClaim(new Claim(ClaimTypes.NameIdentifier, subject));
        context.Identity.AddClaim(new Claim(ClaimTypes.Name, Text(user.RootElement, "name") ?? Text(user.RootElement, "preferred_username") ?? subject));

        // Once more than SaveTokens did: with the ID token and the granted scope.
        SessionTokens.Of(context.TokenResponse.Response!.RootElement, time.GetUtcNow()).Store(context.Properties);
    }

    private static string? Text(JsonElement user, string name) =>
        user.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(EventId = 2, EventName = "LoginFailed", Message = "A log-in failed ({Reason}): {Message}")]
    private static partial void LoginFailed(ILogger logger, LogLevel level, string reason, string message);
}
