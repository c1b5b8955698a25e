using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Http;

/// <summary>
/// Writes the response to a rejected request: 400, 401, 403 or 503 with its headers and, if they are enabled, problem details.
/// </summary>
/// <remarks>
/// RFC 6750 section 3, RFC 9449 section 7.1 and RFC 9457. The response contains no data of a token. With several schemes, the first one
/// that writes a body sends the response, and the others cannot add anything to it.
/// </remarks>
internal readonly struct BearerResponse(HttpContext context, KeycloakBearerOptions options)
{
    private HttpResponse Response => context.Response;

    /// <summary>
    /// Gets whether another scheme has already set the status 503. It must not be replaced with 401, because that scheme
    /// may still accept the token.
    /// </summary>
    public bool IsUndecidedElsewhere => Response.StatusCode == StatusCodes.Status503ServiceUnavailable;

    /// <summary>
    /// Sets the status before an event runs. Otherwise, an event that writes a body and sets no status would send a success status.
    /// </summary>
    public void SetStatus(int status)
    {
        if (!Response.HasStarted)
        {
            Response.StatusCode = status;
        }
    }

    /// <summary>Writes the challenge, including changes by the event, unless the response has started.</summary>
    /// <param name="challenge">The challenge.</param>
    /// <param name="retryAfter">How long the client should wait after a 503; null otherwise.</param>
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
            foreach (var scheme in Schemes(challenge))
            {
                new BearerChallenge(scheme, options.ChallengeRealm!)
                    .With("error", challenge.Error)
                    .With("error_description", challenge.ErrorDescription)
                    .With("error_uri", challenge.ErrorUri)
                    .With("acr_values", challenge.AcrValues)
                    .With(
                        "max_age",
                        challenge.MaxAge is { } age ? Math.Floor(age.TotalSeconds).ToString(CultureInfo.InvariantCulture) : null)
                    .With("algs", scheme == TokenScheme.Dpop ? options.Dpop.AlgorithmNames : null)
                    .AppendTo(Response);
            }
        }

        return WriteBodyAsync(challenge.ErrorDescription);
    }

    /// <summary>Sets status and header of a 403 response, unless the response has started. The body is written after the event.</summary>
    /// <param name="description">What the endpoint requires.</param>
    /// <param name="scope">The scopes that the endpoint requires, or null if it requires none.</param>
    public void Forbid(string description, string? scope)
    {
        if (Response.HasStarted)
        {
            return;
        }

        Response.StatusCode = StatusCodes.Status403Forbidden;
        var scheme = BearerMessage.SendsDpop(context.Request) ? TokenScheme.Dpop : TokenScheme.Bearer;
        new BearerChallenge(scheme, options.ChallengeRealm!)
            .With("error", "insufficient_scope")
            .With("error_description", description)
            .With("scope", scope)
            .AppendTo(Response);
    }

    /// <summary>
    /// Returns the schemes of the challenge: the one that the client used or must use; without a token all that are accepted.
    /// </summary>
    private string[] Schemes(ChallengeContext challenge) =>
        options.Dpop.Mode == DpopMode.Refused ? [TokenScheme.Bearer]
        : challenge.Rejection?.AsksForProof == true || BearerMessage.SendsDpop(context.Request) ? [TokenScheme.Dpop]
        : options.Dpop.Mode == DpopMode.Required ? [TokenScheme.Dpop]
        : challenge.AuthenticateFailure is null && challenge.Error is null ? [TokenScheme.Bearer, TokenScheme.Dpop]
        : [TokenScheme.Bearer];

    /// <summary>Writes the problem details if they are enabled and the response has not started.</summary>
    public Task WriteBodyAsync(string? detail) => options.ProblemDetails && !Response.HasStarted
        ? TypedResults.Problem(statusCode: Response.StatusCode, detail: detail).ExecuteAsync(context)
        : Task.CompletedTask;
}
