using Keycloak.ApiProtection;

namespace GettingStarted;

/// <summary>
/// The reasons for rejections. For 400 and 401 they come from an event, because the response does not contain them. For 403 they come from
/// the response.
/// </summary>
internal sealed class Rejections
{
    private volatile string _last = string.Empty;

    /// <summary>Subscribes to the library's event. The log contains the same reasons.</summary>
    public static Rejections Listen(KeycloakBearerOptions options)
    {
        var refusals = new Rejections();
        var before = options.Events.OnAuthenticationFailed;
        options.Events.OnAuthenticationFailed = context =>
        {
            refusals._last = context.Rejection is { } rejection ? $"{rejection.Code}: {rejection.Reason}" : context.Exception.Message;
            return before(context);
        };
        return refusals;
    }

    /// <summary>Returns the reason for the response to the last request; empty if it succeeded.</summary>
    public string Of(HttpResponseMessage response)
    {
        var last = _last;
        _last = string.Empty;
        if (response.IsSuccessStatusCode || last.Length > 0)
        {
            return last;
        }

        var challenge = response.Headers.WwwAuthenticate.ToString();
        var description = challenge.Split("error_description=\"");
        return description.Length == 1 ? "The request has no token." : description[1].Split('"')[0];
    }
}
