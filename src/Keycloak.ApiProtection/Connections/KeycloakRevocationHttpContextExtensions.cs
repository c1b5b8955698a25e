using Keycloak.ApiProtection.Schemes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Http;

/// <summary>Notifies long-running requests when their access token is revoked.</summary>
public static class KeycloakRevocationHttpContextExtensions
{
    /// <summary>
    /// Gets a cancellation token that is canceled when the access token of this request's user is revoked, or when the request is aborted.
    /// Use it for server-sent events, WebSockets, long polling and streams.
    /// </summary>
    /// <param name="context">The request, after authentication.</param>
    /// <returns>The cancellation token. It is valid until the end of the request.</returns>
    public static CancellationToken GetRevocationToken(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
#pragma warning disable CA2000 // disposed with the response
        var source = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
#pragma warning restore CA2000
        context.Response.RegisterForDispose(source);
        foreach (var scheme in context.RequestServices.GetRequiredService<KeycloakSchemes>().All)
        {
            // The response disposes in reverse order of registration, so this is disposed before the source.
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
            // The request ended at the same time.
        }
    }
}
