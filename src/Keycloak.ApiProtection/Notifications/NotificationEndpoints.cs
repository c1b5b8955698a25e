using System.Globalization;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Revocation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Responds to Keycloak's notifications, and logs why one is rejected.</summary>
internal sealed class NotificationEndpoints(
    BackchannelLogout logouts,
    AdminPush pushes,
    RejectionLog rejections,
    RevocationMetrics metrics,
    ILogger<NotificationEndpoints> logger)
{
    public async Task LogoutAsync(HttpContext context) =>
        await AnswerAsync(context, "backchannel-logout", await logouts.TakeAsync(context), StatusCodes.Status200OK);

    public RequestDelegate Push(string endpoint, string action) => async context =>
        await AnswerAsync(context, endpoint, await pushes.TakeAsync(context, action), StatusCodes.Status204NoContent);

    private Task AnswerAsync(HttpContext context, string endpoint, NotificationOutcome outcome, int success)
    {
        Report(endpoint, outcome);
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        if (outcome.IsTaken)
        {
            response.StatusCode = success;
            return Task.CompletedTask;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            // The sender disconnected, so nobody reads the response.
            return Task.CompletedTask;
        }

        if (outcome.IsUndecided)
        {
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            response.Headers.RetryAfter = Math.Ceiling(outcome.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return WriteAsync(response, "temporarily_unavailable", "The realm's keys are unavailable.");
        }

        response.StatusCode = StatusCodes.Status400BadRequest;
        return WriteAsync(response, "invalid_request", outcome.Rejection!.Reason);
    }

    private void Report(string endpoint, NotificationOutcome outcome)
    {
        metrics.Posted(endpoint, outcome.IsTaken ? "taken" : outcome.IsUndecided ? "unavailable" : outcome.Rejection!.Code);
        if (outcome.IsTaken || !rejections.Takes(endpoint, outcome.Rejection?.Code ?? "unavailable", out var suppressed))
        {
            return;
        }

        if (outcome.Rejection is { } rejection)
        {
            logger.NotificationRejected(endpoint, rejection.Code, rejection.Reason, rejection.Remedy, suppressed);
        }
        else
        {
            logger.NotificationUndecided(endpoint, suppressed);
        }
    }

    // Section 2.8: a JSON object with error and error_description. Both are fixed texts without characters that need escaping.
    private static Task WriteAsync(HttpResponse response, string error, string description)
    {
        response.ContentType = "application/json";
        return response.WriteAsync($"{{\"error\":\"{error}\",\"error_description\":\"{description}\"}}");
    }
}
