using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Http;

/// <summary>Writes what a rejected request gets: 400, 401, 403 or 503 with its headers and, where it is switched on, problem details.</summary>
/// <remarks>
/// RFC 6750 section 3 and RFC 9457. Nothing of a token is in it. With several schemes, the first one that writes a body sends the response;
/// the others can add nothing to it.
/// </remarks>
internal readonly struct BearerResponse(HttpContext context, KeycloakBearerOptions options)
{
    private HttpResponse Response => context.Response;

    /// <summary>Whether another scheme has already answered that nothing can be decided now. A 401 must not replace that.</summary>
    public bool IsUndecidedElsewhere => Response.StatusCode == StatusCodes.Status503ServiceUnavailable;

    /// <summary>Sets the status before an event runs: an event that writes a body and sets no status must not make a success of it.</summary>
    public void SetStatus(int status)
    {
        if (!Response.HasStarted)
        {
            Response.StatusCode = status;
        }
    }

    /// <summary>Writes the challenge as the event left it, unless the response has been sent.</summary>
    /// <param name="challenge">The challenge.</param>
    /// <param name="retryAfter">When to try again, for a 503; null otherwise.</param>
    public Task ChallengeAsync(ChallengeContext challenge, TimeSpan? retryAfter)
    {
        if (Response.HasStarted)
        {
            return Task.CompletedTask;
        }

        Response.StatusCode = challenge.StatusCode;
        if (retryAfter is { } seconds && challenge.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            Response.Headers.RetryAfter = Math.Ceiling(seconds.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
        else
        {
            new BearerChallenge(options.ChallengeRealm!)
                .With("error", challenge.Error)
                .With("error_description", challenge.ErrorDescription)
                .With("error_uri", challenge.ErrorUri)
                .AppendTo(Response);
        }

        return WriteBodyAsync(challenge.ErrorDescription);
    }

    /// <summary>Sets status and header of a 403, unless the response has been sent. The body follows the event.</summary>
    /// <param name="description">What the endpoint needs.</param>
    /// <param name="scope">The scopes that it needs; null: none.</param>
    public void Forbid(string description, string? scope)
    {
        if (Response.HasStarted)
        {
            return;
        }

        Response.StatusCode = StatusCodes.Status403Forbidden;
        new BearerChallenge(options.ChallengeRealm!)
            .With("error", "insufficient_scope")
            .With("error_description", description)
            .With("scope", scope)
            .AppendTo(Response);
    }

    /// <summary>Writes the problem details, where they are switched on and the response has not been sent.</summary>
    public Task WriteBodyAsync(string? detail) => options.ProblemDetails && !Response.HasStarted
        ? TypedResults.Problem(statusCode: Response.StatusCode, detail: detail).ExecuteAsync(context)
        : Task.CompletedTask;
}
