using Keycloak.ApiProtection.Schemes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Http;

/// <summary>Tells a request that takes long that its token was revoked meanwhile.</summary>
public static class KeycloakRevocationHttpContextExtensions
{
    /// <summary>
    /// Gets a token that is cancelled when the access token of this request's user is revoked, and when the request is aborted: for server-sent
    /// events, WebSockets, long polling and streams.
    /// </summary>
    /// <param name="context">The request, after authentication.</param>
    /// <returns>The token. It ends with the request.</returns>
    public static CancellationToken GetRevocationToken(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
#pragma warning disable CA2000 // disposed with the response
        var source = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
#pragma warning restore CA2000
        context.Response.RegisterForDispose(source);
        foreach (var scheme in context.RequestServices.GetRequiredService<KeycloakSchemes>().All)
        {
            // Disposed before the source, in which order the response disposes: the last registered first.
            context.Response.RegisterForDispose(scheme.Revocations.Watch(context.User, () => Cancel(source)));
        }

        return source.Token;
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request ended at the same moment.
        }
    }
}
