using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;
using Storefront.Configuration;
using Storefront.StepUp;
using Storefront.Tokens;

namespace Storefront.Login;

/// <summary>Configures the framework's OAuth handler for Keycloak: authorization code with PKCE (RFC 7636) and state.</summary>
internal sealed partial class KeycloakLogin(
    KeycloakDiscovery discovery, IOptions<KeycloakOptions> keycloak, TimeProvider time, ILogger<KeycloakLogin> logger)
    : IPostConfigureOptions<OAuthOptions>, IConfigureNamedOptions<OAuthOptions>
{
    /// <summary>The name of the scheme.</summary>
    public const string Scheme = "keycloak";

    private const string StepUp = ".storefront.step-up";

    /// <summary>The time for which Keycloak by default keeps an unused offline session (Realm settings &gt; Sessions).</summary>
    private static readonly TimeSpan StayConnected = TimeSpan.FromDays(30);

    /// <summary>Starts a log-in that requests the scopes of the user's choices and then returns to a page of this application.</summary>
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

    /// <summary>Starts a log-in that meets the API's challenge, with the scopes of the current log-in.</summary>
    public static AuthenticationProperties Begin(StepUpChallenge challenge, SessionTokens tokens, string returnUrl)
    {
        var properties = Begin(LoginChoices.Of(tokens), returnUrl);
        properties.SetParameter(StepUp, challenge);
        properties.SetString(StepUp, "true");    // unlike a parameter, it comes back with the response
        return properties;
    }

    /// <summary>Whether the log-in was started by a challenge.</summary>
    public static bool WasStepUp(AuthenticationProperties properties) => properties.GetString(StepUp) is not null;

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
        options.SaveTokens = true;    // in the ticket, which stays in MemoryTicketStore

        // Over http, browsers discard cookies with the framework's default, None.
        // Keycloak sends the browser back with a GET: Lax is enough.
        options.CorrelationCookie.SameSite = SameSiteMode.Lax;
        options.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;

        options.Events.OnRedirectToAuthorizationEndpoint = redirect =>
        {
            var challenge = redirect.Properties.GetParameter<StepUpChallenge>(StepUp);
            redirect.Response.Redirect(challenge?.AddTo(redirect.RedirectUri) ?? redirect.RedirectUri);
            return Task.CompletedTask;
        };
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
            var level = reason == LoginFailure.Failed ? LogLevel.Warning : LogLevel.Information;
            LoginFailed(logger, level, reason, failed.Failure?.Message ?? "no reason given");
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

    /// <summary>Gets the user from the userinfo endpoint (OpenID Connect Core section 5.3).</summary>
    /// <remarks>
    /// The ID token names the user, too, but its signature, issuer, audience and nonce would have to be verified. An OpenID Connect
    /// handler does that, an OAuth handler does not. So the ID token is stored only for the log-out (<c>id_token_hint</c>), where
    /// Keycloak verifies it.
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
        var name = Text(user.RootElement, "name") ?? Text(user.RootElement, "preferred_username") ?? subject;
        context.Identity.AddClaim(new Claim(ClaimTypes.Name, name));

        // In addition to SaveTokens: also stores the ID token and the granted scope.
        SessionTokens.Of(context.TokenResponse.Response!.RootElement, time.GetUtcNow()).Store(context.Properties);
    }

    private static string? Text(JsonElement user, string name) =>
        user.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(EventId = 2, EventName = "LoginFailed", Message = "A log-in failed ({Reason}): {Message}")]
    private static partial void LoginFailed(ILogger logger, LogLevel level, string reason, string message);
}
