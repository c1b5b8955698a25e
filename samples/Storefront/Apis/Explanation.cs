namespace Storefront.Apis;

/// <summary>An answer in plain words: what it means, and what the user can do.</summary>
internal static class Explanation
{
    /// <summary>Explains one answer.</summary>
    public static string Of(ApiAnswer answer) => answer.Status switch
    {
        null => "Nobody answered. Is the gateway running?",
        >= 200 and < 300 => "Served.",
        400 when Challenge.Parameter(answer.Challenge, "error") == "invalid_request" => "The request itself is wrong: it does not carry exactly one bearer token in the form that RFC 6750 asks for.",
        401 when Challenge.Parameter(answer.Challenge, "error") == "insufficient_user_authentication" => "The API wants a stronger or a younger log-in (RFC 9470).",
        401 when Challenge.Parameter(answer.Challenge, "error") == "invalid_token" => "Rejected: no access token for this API, or changed, expired or revoked. The log on the other side says which.",
        401 => "The request was refused as if it carried no token that counts. Log in again.",
        403 when Challenge.Parameter(answer.Challenge, "scope") is { Length: > 0 } scope =>
            $"The token is good, but does not allow this: it lacks the scope {scope}. Log in again and consent to it.",
        403 => "The token is good, but you may not do this: you lack a role that the API asks for.",
        404 => "There is no such thing at the API.",
        413 or 431 => "The request is too large for the gateway or the API: some tokens are.",
        429 => "Too many requests. Wait a little.",
        501 => "The API cannot do this on this way: the gateway decided about the token and kept it, so the API cannot act for you.",
        502 or 504 => "The gateway got no answer from the API.",
        503 => "The token could not be checked now: Keycloak, the check endpoint or the API is down. This says nothing against the token; try again.",
        _ => "An unexpected answer.",
    };
}
