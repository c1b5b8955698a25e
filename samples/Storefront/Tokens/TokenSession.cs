using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Storefront.Tokens;

/// <summary>The tokens of the user of a request.</summary>
internal sealed class TokenSession(TokenRefresh refresh, TokenClient keycloak, TimeProvider time)
{
    /// <summary>An access token is refreshed this long before its expiry, because it could expire while the request is sent.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>The tokens without a refresh; null if no user is logged in.</summary>
    public static async Task<SessionTokens?> ReadAsync(HttpContext context) =>
        SessionTokens.Read((await AuthenticateAsync(context)).Properties);

    /// <summary>The tokens, refreshed if the access token has expired. If Keycloak issues no new one, the result has the error.</summary>
    public async Task<TokenAnswer> FreshAsync(HttpContext context)
    {
        var tokens = await ReadAsync(context);
        if (tokens is null || tokens.ExpiresAt - Margin > time.GetUtcNow())
        {
            return new TokenAnswer(tokens);
        }

        var answer = await RefreshAsync(context);
        return answer.Tokens is null ? answer with { Tokens = tokens } : answer;
    }

    /// <summary>Gets new tokens and stores them.</summary>
    public async Task<TokenAnswer> RefreshAsync(HttpContext context)
    {
        var tokens = await ReadAsync(context);
        if (tokens is null)
        {
            return new TokenAnswer(null, "No user is logged in.", SessionEnded: true);
        }

        var answer = await refresh.RefreshAsync(tokens, context.RequestAborted);
        if (answer.Tokens is not null)
        {
            await StoreAsync(context, answer.Tokens);
        }

        return answer;
    }

    /// <summary>Revokes the tokens at Keycloak.</summary>
    /// <remarks>
    /// A real client would then delete them. This sample keeps them, so that its pages can show which ways still accept them.
    /// </remarks>
    public async Task<TokenAnswer> DisconnectAsync(HttpContext context)
    {
        var tokens = await ReadAsync(context);
        if (tokens is null)
        {
            return new TokenAnswer(null, "No user is logged in.", SessionEnded: true);
        }

        var answer = await keycloak.RevokeAsync(tokens, context.RequestAborted);
        if (answer.Error is null)
        {
            await StoreAsync(context, tokens with { DisconnectedAt = time.GetUtcNow() });
        }

        return answer;
    }

    private async Task StoreAsync(HttpContext context, SessionTokens tokens)
    {
        var session = await AuthenticateAsync(context);
        var properties = session.Properties!;
        tokens.Store(properties);
        var length = properties.ExpiresUtc - properties.IssuedUtc;
        properties.IssuedUtc = time.GetUtcNow();
        properties.ExpiresUtc = properties.IssuedUtc + length;
        await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, session.Principal!, properties);
    }

    private static Task<AuthenticateResult> AuthenticateAsync(HttpContext context) =>
        context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
}
