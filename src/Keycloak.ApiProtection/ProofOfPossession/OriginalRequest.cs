using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.ProofOfPossession;

/// <summary>
/// The request that a gateway has received from the client, for an endpoint with which the gateway checks the client's token. The client's
/// proof is for the original method and URL, not for those of the check.
/// </summary>
/// <remarks>
/// The headers are read only on endpoints with <see cref="Metadata"/>. A client that reaches such an endpoint itself learns whether its own
/// proof is valid for a URL, and gets nothing else.
/// </remarks>
/// <param name="Method">The original method, or null if the gateway does not send it.</param>
/// <param name="Scheme">The original scheme, or null if the gateway does not send it.</param>
/// <param name="Host">The original host, or null if the gateway does not send it.</param>
/// <param name="Target">The original path and query, as in the request line.</param>
internal sealed record OriginalRequest(string? Method, string? Scheme, string? Host, string Target)
{
    // X-Original-* is the convention for NGINX; Traefik and Caddy send X-Forwarded-*.
    private static readonly string[] TargetHeaders = ["X-Original-URI", "X-Forwarded-Uri"];
    private static readonly string[] MethodHeaders = ["X-Original-Method", "X-Forwarded-Method"];
    private static readonly string[] HostHeaders = ["X-Original-Host", "X-Forwarded-Host"];
    private static readonly string[] SchemeHeaders = ["X-Original-Proto", "X-Forwarded-Proto"];

    /// <summary>
    /// Returns the original request; null if the endpoint is not a gateway's check, or if the gateway does not send its URI.
    /// </summary>
    public static OriginalRequest? Of(HttpRequest request) =>
        request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<Metadata>() is not null && Single(request, TargetHeaders) is { } target
            ? new(Single(request, MethodHeaders), Single(request, SchemeHeaders), Single(request, HostHeaders), target)
            : null;

    private static string? Single(HttpRequest request, string[] names)
    {
        foreach (var name in names)
        {
            if (request.Headers[name] is [{ Length: > 0 } value])
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Marks the endpoints with which a gateway checks the token of another request.</summary>
    public sealed class Metadata
    {
        public static readonly Metadata Instance = new();
    }
}
