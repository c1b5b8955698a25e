using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;

/// <summary>The target of a request, as <see cref="DpopUrl"/> compares it with the <c>htu</c> of a proof.</summary>
/// <param name="Scheme">The scheme of the request.</param>
/// <param name="Host">The host of the request with its port, as in a URI.</param>
/// <param name="RawTarget">The target in the request line, which neither the server nor middleware has unescaped or rewritten.</param>
/// <param name="PathBase">
/// <c>Request.PathBase</c>, as in a URI: part of the target (<c>UsePathBase</c>), or removed by a proxy (<c>X-Forwarded-Prefix</c>).
/// </param>
/// <param name="Path"><c>Request.Path</c>, as in a URI.</param>
internal readonly record struct DpopTarget(string Scheme, string Host, string RawTarget, string PathBase, string Path)
{
    /// <summary>
    /// Returns the method of a request: <c>GET</c> for a WebSocket over HTTP/2 or HTTP/3, which arrives as an extended CONNECT (RFC 8441,
    /// RFC 9220), because the client has opened the URL as it does over HTTP/1.1. Other protocols, such as <c>webtransport</c>, have no
    /// GET.
    /// </summary>
    public static string MethodOf(HttpRequest request, OriginalRequest? original) =>
        original?.Method is { } method ? method
        : HttpMethods.IsConnect(request.Method) && IsWebSocket(request.HttpContext) ? HttpMethods.Get
        : request.Method;

    /// <summary>Returns the target of a request. Allocates only if a part of it must be escaped.</summary>
    public static DpopTarget Of(HttpRequest request, OriginalRequest? original) => original is not null
        ? new(
            original.Scheme ?? request.Scheme,
            original.Host ?? request.Host.ToUriComponent(),
            original.Target,
            string.Empty,
            original.Target)
        : new(
            request.Scheme,
            request.Host.ToUriComponent(),
            request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget ?? string.Empty,
            request.PathBase.HasValue ? request.PathBase.ToUriComponent() : string.Empty,
            request.Path.HasValue ? request.Path.ToUriComponent() : string.Empty);

    // Without case, as the middleware of WebSockets compares it.
    private static bool IsWebSocket(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect
        && string.Equals(connect.Protocol, "websocket", StringComparison.OrdinalIgnoreCase);
}
