namespace Storefront.Login;

/// <summary>Why a log-in ended without a user: a closed list, so that nothing of the answer is shown unread.</summary>
internal static class LoginFailure
{
    /// <summary>The user, or Keycloak, said no: <c>error=access_denied</c>.</summary>
    public const string Rejected = "refused";

    /// <summary>The answer belongs to no log-in that was begun in this browser, or came too late.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>Anything else; the log says what.</summary>
    public const string Failed = "failed";

    /// <summary>Finds the reason in what the OAuth handler reports.</summary>
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
