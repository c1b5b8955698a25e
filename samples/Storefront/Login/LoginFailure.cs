namespace Storefront.Login;

/// <summary>Why a log-in failed: a closed list, so that no text of the response is shown unchecked.</summary>
internal static class LoginFailure
{
    /// <summary>The user or Keycloak rejected the log-in: <c>error=access_denied</c>.</summary>
    public const string Rejected = "refused";

    /// <summary>The response does not belong to a log-in that was started in this browser, or it came too late.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>Any other reason; the log has the details.</summary>
    public const string Failed = "failed";

    /// <summary>The reason for the failure that the OAuth handler reports.</summary>
    public static string Of(HttpRequest callback, Exception? failure) =>
        (failure?.Data["error"] as string ?? callback.Query["error"].ToString()) switch
        {
            "access_denied" => Rejected,
            "temporarily_unavailable" or "login_required" => Interrupted,    // Keycloak: the log-in took too long
            "" when failure?.Message is { } message && (message.Contains("state", StringComparison.OrdinalIgnoreCase)
                || message.Contains("Correlation", StringComparison.OrdinalIgnoreCase)) => Interrupted,
            _ => Failed,
        };
}
