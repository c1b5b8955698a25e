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

    // Not a target of any request, so no proof is for it. The log contains it.
    private const string Contradictory = "(none: headers with the original request contradict each other)";

    /// <summary>
    /// Returns the original request; null if the endpoint is not a gateway's check, or if the gateway does not send its URI.
    /// </summary>
    /// <remarks>
    /// A gateway that forwards the headers of the client sets only those of one convention. If a header has several values, or if both
    /// conventions are used and differ, the client may have sent one of them, so no proof is accepted.
    /// </remarks>
    public static OriginalRequest? Of(HttpRequest request)
    {
        if (request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<Metadata>() is null)
        {
            return null;
        }

        var isClear = TryRead(request, TargetHeaders, out var target)
            & TryRead(request, MethodHeaders, out var method)
            & TryRead(request, HostHeaders, out var host)
            & TryRead(request, SchemeHeaders, out var scheme);
        return target is null ? null : new(method, scheme, host, isClear ? target : Contradictory);
    }

    private static bool TryRead(HttpRequest request, string[] names, out string? value)
    {
        value = null;
        foreach (var name in names)
        {
            foreach (var one in request.Headers[name])
            {
                if (value is not null && !string.Equals(one, value, StringComparison.Ordinal))
                {
                    return false;
                }

                value = string.IsNullOrEmpty(one) ? value : one;
            }
        }

        return true;
    }

    /// <summary>Marks the endpoints with which a gateway checks the token of another request.</summary>
    public sealed class Metadata
    {
        public static readonly Metadata Instance = new();
    }
}
