using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>The answer to a gateway whose request was authorized: 200, and who the caller is. Rejections never come here.</summary>
internal sealed class TokenCheckAnswer(RejectionLog refusals, ILogger<TokenCheckAnswer> logger)
{
    public Task WriteAsync(HttpContext context)
    {
        // Where nothing has been checked nothing is answered: 500 is a no for every gateway.
        var identity = context.Features.Get<CheckedIdentity>() ?? throw new InvalidOperationException(
            "A token check was reached without an access token having been checked. Call app.UseRouting(), app.UseAuthentication() and app.UseAuthorization() in this order before the endpoints, "
            + "and let neither AllowAnonymous nor an authorization handler open this endpoint.");

        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        if (RequestTarget.HasDotSegment(context.Features.Get<IHttpRequestFeature>()?.RawTarget) || RequestTarget.HasDotSegment(context.Request.Headers))
        {
            Report(context, "target", static (logger, endpoint, alike) => logger.TokenCheckTargetRejected(endpoint, alike));
            response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        }

        IdentityHeaders.Write(response.Headers, identity, (header, length) => Report(
            context, header, (logger, endpoint, alike) => logger.IdentityHeaderOmitted(endpoint, header, length, IdentityHeaders.MostBytes, alike)));

        // Not 204: NGINX and Traefik take every 2xx for a yes, Envoy nothing but 200.
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentLength = 0;
        return Task.CompletedTask;
    }

    // Once a minute for each endpoint and cause: whoever has such a token can cause it as often as they like.
    private void Report(HttpContext context, string cause, Action<ILogger, string, long> write)
    {
        var endpoint = context.GetEndpoint()?.DisplayName ?? "(no endpoint)";
        if (refusals.Takes(endpoint, cause, out var alike))
        {
            write(logger, endpoint, alike);
        }
    }
}
