namespace Storefront.Apis;

/// <summary>Explains a response: what it means, and what the user can do.</summary>
internal static class Explanation
{
    /// <summary>Explains one response.</summary>
    public static string Of(ApiAnswer answer) => answer.Status switch
    {
        null => "There was no response. Is the gateway running?",
        >= 200 and < 300 => "Accepted.",
        400 when Challenge.Parameter(answer.Challenge, "error") == "invalid_request" =>
            "The request is invalid: it must have exactly one bearer token in the form of RFC 6750.",
        401 when Challenge.Parameter(answer.Challenge, "error") == "insufficient_user_authentication" =>
            "The API requires a stronger or a more recent log-in (RFC 9470).",
        401 when Challenge.Parameter(answer.Challenge, "error") == "invalid_token" =>
            "Rejected: this is not an access token for this API, or it was changed, has expired or was revoked. "
            + "The log of the server has the reason.",
        401 => "The request was rejected because it has no valid token. Log in again.",
        403 when Challenge.Parameter(answer.Challenge, "scope") is { Length: > 0 } scope =>
            $"The token is valid, but does not permit this: it lacks the scope {scope}. Log in again and consent to it.",
        403 => "The token is valid, but you are not permitted to do this: you lack a role that the API requires.",
        404 => "The API does not have this resource.",
        413 or 431 => "The request is too large for the gateway or the API. Some tokens are that large.",
        429 => "Too many requests. Wait and try again.",
        501 => "The API cannot do this on this way: the gateway did not forward the token, so the API cannot act for you.",
        502 or 504 => "The gateway got no response from the API.",
        503 =>
            "The token could not be verified now: Keycloak, the check endpoint or the API is unavailable. "
                + "The token may be valid; try again.",
        _ => "An unexpected response.",
    };
}
