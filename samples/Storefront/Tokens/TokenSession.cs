using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Storefront.Tokens;

/// <summary>The tokens of the user whose request this is.</summary>
internal sealed class TokenSession(TokenRefresh refresh, TokenClient keycloak, TimeProvider time)
{
    /// <summary>A token that ends while it is on its way is refused: it is refreshed a little earlier.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>The tokens as they are; null where nobody is logged in.</summary>
    public static async Task<SessionTokens?> ReadAsync(HttpContext context) => SessionTokens.Read((await AuthenticateAsync(context)).Properties);

    /// <summary>The tokens, with an access token that has not expired, unless Keycloak gives no new one: then it says why.</summary>
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

    /// <summary>Gets new tokens now, and keeps them.</summary>
    public async Task<TokenAnswer> RefreshAsync(HttpContext context)
    {
        var tokens = await ReadAsync(context);
        if (tokens is null)
        {
            return new TokenAnswer(null, "Nobody is logged in.", SessionEnded: true);
        }

        var answer = await refresh.RefreshAsync(tokens, context.RequestAborted);
        if (answer.Tokens is not null)
        {
            await KeepAsync(context, answer.Tokens);
        }

        return answer;
    }

    /// <summary>Gives the tokens back to Keycloak.</summary>
    /// <remarks>A real client would now forget them. This one keeps them, so that its pages can show who still takes them, and for how long.</remarks>
    public async Task<TokenAnswer> DisconnectAsync(HttpContext context)
    {
        var tokens = await ReadAsync(context);
        if (tokens is null)
        {
            return new TokenAnswer(null, "Nobody is logged in.", SessionEnded: true);
        }

        var answer = await keycloak.RevokeAsync(tokens, context.RequestAborted);
        if (answer.Error is null)
        {
            await KeepAsync(context, tokens with { DisconnectedAt = time.GetUtcNow() });
        }

        return answer;
    }

    private async Task KeepAsync(HttpContext context, SessionTokens tokens)
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
