using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>Writes the response to an authorized token check: 200 with identity headers. Rejected requests do not reach it.</summary>
internal sealed class TokenCheckAnswer(RejectionLog rejections, ILogger<TokenCheckAnswer> logger)
{
    public Task WriteAsync(HttpContext context)
    {
        // If no token was checked, fail: every gateway treats a 500 as a rejection.
        var identity = context.Features.Get<CheckedIdentity>() ?? throw new InvalidOperationException(
            "A token check endpoint was reached, but no access token was checked. Call app.UseRouting(), app.UseAuthentication() and "
            + "app.UseAuthorization() in this order before the endpoints, and make sure that neither AllowAnonymous nor an authorization "
            + "handler gives access to this endpoint without a token.");

        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        if (RequestTarget.HasDotSegment(context.Features.Get<IHttpRequestFeature>()?.RawTarget)
            || RequestTarget.HasDotSegment(context.Request.Headers))
        {
            Report(context, "target", static (logger, endpoint, suppressed) => logger.TokenCheckTargetRejected(endpoint, suppressed));
            response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        }

        IdentityHeaders.Write(response.Headers, identity, (header, length) => Report(
            context,
            header,
            (logger, endpoint, suppressed) =>
                logger.IdentityHeaderOmitted(endpoint, header, length, IdentityHeaders.MostBytes, suppressed)));

        // Not 204: NGINX and Traefik accept every 2xx, but Envoy accepts only 200.
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentLength = 0;
        return Task.CompletedTask;
    }

    // Once a minute for each endpoint and cause, because a client with such a token can cause the message any number of times.
    private void Report(HttpContext context, string cause, Action<ILogger, string, long> write)
    {
        var endpoint = context.GetEndpoint()?.DisplayName ?? "(no endpoint)";
        if (rejections.Takes(endpoint, cause, out var suppressed))
        {
            write(logger, endpoint, suppressed);
        }
    }
}
