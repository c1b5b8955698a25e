using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Storefront.Apis;

namespace Storefront.StepUp;

/// <summary>The API's request for a stronger or a more recent log-in (RFC 9470 section 3).</summary>
/// <param name="AcrValues">The levels, any of which is sufficient, separated by spaces; null if the API requires none.</param>
/// <param name="MaxAge">The maximum age of the log-in, in seconds; null if the API requires none.</param>
internal sealed record StepUpChallenge(string? AcrValues, int? MaxAge)
{
    private const int LongestAcrValues = 200;

    /// <summary>Reads the challenge of a response; null if the response does not ask for another log-in.</summary>
    public static StepUpChallenge? Of(ApiAnswer answer)
    {
        if (answer.Status != StatusCodes.Status401Unauthorized
            || Challenge.Parameter(answer.Challenge, "error") != "insufficient_user_authentication")
        {
            return null;
        }

        var levels = Challenge.Parameter(answer.Challenge, "acr_values");
        var age = Challenge.Parameter(answer.Challenge, "max_age");
        var challenge = new StepUpChallenge(
            levels is { Length: > 0 and <= LongestAcrValues } ? levels : null,
            int.TryParse(age, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null);
        return challenge is { AcrValues: null, MaxAge: null } ? null : challenge;
    }

    /// <summary>Adds the requirements to an authorization request, unchanged.</summary>
    /// <remarks>Both are necessary: with <c>max_age</c> alone, Keycloak runs only the first level.</remarks>
    public string AddTo(string authorizationRequest) => QueryHelpers.AddQueryString(
        authorizationRequest,
        new Dictionary<string, string?>
        {
            ["acr_values"] = AcrValues,
            ["max_age"] = MaxAge?.ToString(CultureInfo.InvariantCulture),
        }.Where(parameter => parameter.Value is not null));
}
