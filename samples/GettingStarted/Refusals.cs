using Keycloak.ApiProtection;

namespace GettingStarted;

/// <summary>Why the API refused: for 401 and 400 what it knows and does not tell clients, for 403 what its answer says.</summary>
internal sealed class Refusals
{
    private volatile string _last = string.Empty;

    /// <summary>Listens to the library's own event; an application's log has the same.</summary>
    public static Refusals Listen(KeycloakBearerOptions options)
    {
        var refusals = new Refusals();
        var before = options.Events.OnAuthenticationFailed;
        options.Events.OnAuthenticationFailed = context =>
        {
            refusals._last = context.Rejection is { } rejection ? $"{rejection.Code}: {rejection.Reason}" : context.Exception.Message;
            return before(context);
        };
        return refusals;
    }

    /// <summary>Why the last request was answered like this.</summary>
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
        return description.Length == 1 ? "There is no token." : description[1].Split('"')[0];
    }
}
