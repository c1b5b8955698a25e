using System.Globalization;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Journal;
using Keycloak.ApiProtection.Revocation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Reads Keycloak's notifications, responds to them, and logs why one is rejected.</summary>
internal sealed class NotificationEndpoints(
    NotificationVerification verification,
    RejectionLog rejections,
    RevocationMetrics metrics,
    ILogger<NotificationEndpoints> logger,
    SharedRevocations? shared = null)
{
    private const string LogoutEndpoint = "backchannel-logout";

    /// <summary>Registers the services of the endpoints.</summary>
    public static void AddServices(IServiceCollection services)
    {
        services.TryAddSingleton<NotificationSchemes>();
        services.TryAddSingleton<NotificationVerification>();
        services.TryAddSingleton<NotificationEndpoints>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, UnmappedEndpointsCheck>());
    }

    /// <summary>Processes a back-channel logout (OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8).</summary>
    public async Task LogoutAsync(HttpContext context)
    {
        var (text, unreadable) = await NotificationBody.ReadLogoutTokenAsync(context);
        var outcome = unreadable ?? await TakeAsync(LogoutEndpoint, text!, new LogoutToken(), context.RequestAborted);
        await AnswerAsync(context, LogoutEndpoint, outcome, StatusCodes.Status200OK);
    }

    /// <summary>Creates the endpoint for pushes of one action to a client's admin URL.</summary>
    public RequestDelegate Push(string endpoint, string action) => async context =>
    {
        var (text, unreadable) = await NotificationBody.ReadTextAsync(context);
        var outcome = unreadable ?? await TakeAsync(endpoint, text!, new AdminAction(action), context.RequestAborted);
        await AnswerAsync(context, endpoint, outcome, StatusCodes.Status204NoContent);
    };

    private async ValueTask<NotificationOutcome> TakeAsync(
        string endpoint, string text, INotification content, CancellationToken disconnected)
    {
        if ((RealmMessage.Read(text, out var message) ?? message.ReadInto(content)) is { } rejection)
        {
            return rejection;
        }

        var outcome = await verification.TakeAsync(message, content, disconnected);
        if (!outcome.IsTaken || shared is null || await shared.TryFlushAsync(endpoint))
        {
            return outcome;
        }

        // A proxy that tries again must not be told that the notification is a replay.
        verification.Forget(content);
        return NotificationOutcome.NotDurable;
    }

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
            return WriteAsync(
                response,
                "temporarily_unavailable",
                outcome.IsNotDurable ? "The revocation is not durable yet." : "The realm's keys are unavailable.");
        }

        response.StatusCode = StatusCodes.Status400BadRequest;
        return WriteAsync(response, "invalid_request", outcome.Rejection!.Reason);
    }

    private void Report(string endpoint, NotificationOutcome outcome)
    {
        metrics.Posted(
            endpoint,
            outcome.IsTaken ? "taken"
                : outcome.IsNotDurable ? "not_durable"
                : outcome.IsUndecided ? "unavailable"
                : outcome.Rejection!.Code);
        if (outcome.IsTaken
            || outcome.IsNotDurable
            || !rejections.Takes(endpoint, outcome.Rejection?.Code ?? "unavailable", out var suppressed))
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
