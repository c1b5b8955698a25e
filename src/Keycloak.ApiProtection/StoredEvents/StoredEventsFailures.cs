using System.Globalization;
using System.Net;
using System.Text.Json;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>Why stored events could not be read, with the remedies.</summary>
internal static class StoredEventsFailures
{
    /// <summary>The code of a Keycloak that cannot filter events by time.</summary>
    public const string Version = "version";

    /// <summary>The code of a response that is too large.</summary>
    public const string Size = "size";

    public static RealmFailure TooLarge(Uri address, int limit) => new(
        Size,
        string.Create(CultureInfo.InvariantCulture, $"The response of {ForeignText.Address(address)} has more than {limit / 1024} KiB."),
        "Look for admin events with very large representations (Realm settings > Events > Admin events), or for a proxy that sends "
            + "something else.");

    public static RealmFailure NoTokenAddress() => new(
        "no-address",
        "The realm's discovery document names no token endpoint, or could not be read yet.",
        "Set MetadataAddress to the realm's .well-known/openid-configuration.");

    public static RealmFailure Unordered(Uri address) => new(
        "order",
        $"{ForeignText.Address(address)} does not return events in the order of their time.",
        "The stored events require Keycloak 26. Look for a proxy that changes or caches responses.");

    public static RealmFailure TooMany(Uri address) => new(
        "too-many",
        $"{ForeignText.Address(address)} has more events than one poll can read. The next poll continues.",
        "If this is logged after the start only, there is nothing to do. Otherwise shorten Events.Overlap.");

    public static RealmFailure NotEvents(Uri address) => RealmFailure.NotJson(address, page: false, "it is not a list of events.");

    public static RealmFailure NoToken(Uri address, AdminResponse response, string clientId)
    {
        var error = Error(response.Body);
        var client = ForeignText.Quote(clientId);
        var found = Found(address, response.Status, error);
        return (int)response.Status switch
        {
            401 or 400 when error is "invalid_client" => new(
                "credentials",
                $"{found}: Keycloak does not accept this API's own credentials (client {client}).",
                "Compare credentials.secret with Clients > the client > Credentials > Client secret, and credentials.method or "
                    + "credentials.jwt with the Client Authenticator there. The client must be enabled. After the secret was regenerated, "
                    + "restart this API with the new one."),
            401 or 400 when error is "unauthorized_client" => new(
                "service-account",
                $"{found}: client {client} has no service account, or its credentials are wrong.",
                "Turn on Clients > the client > Settings > Capability config > Client authentication and Service account roles, and "
                    + "compare credentials.secret with Clients > the client > Credentials > Client secret."),
            429 or >= 500 => Unavailable(found),
            _ => new(
                "token",
                $"{found}: client {client} got no access token for its service account.",
                "Turn on Clients > the client > Settings > Capability config > Service account roles. If the client requires DPoP-bound "
                    + "tokens or certificates for the token request, use another client for this API's own requests."),
        } with
        {
            RetryAfter = response.RetryAfter,
        };
    }

    public static RealmFailure Status(Uri address, AdminResponse response, string clientId)
    {
        var error = Error(response.Body);
        var client = ForeignText.Quote(clientId);
        var found = Found(address, response.Status, error);
        return (int)response.Status switch
        {
            400 when error?.Contains("yyyy-MM-dd", StringComparison.Ordinal) == true => new(
                Version,
                $"{found}: this Keycloak can filter events only by day.",
                "The stored events require Keycloak 26. They are not read, and this is checked again every 10 minutes. Use introspection "
                    + "or back-channel logout with this server."),
            401 => new(
                "token",
                $"{found}: the admin API does not accept the token of the service account of client {client}.",
                "The admin API must be reached under the host name that issued the token: compare Events.AdminAddress with KC_HOSTNAME and "
                    + "KC_HOSTNAME_ADMIN. If the client requires DPoP-bound tokens, use another client for this API's own requests."),
            403 => new(
                "forbidden",
                $"{found}: the service account of client {client} may not read events.",
                "Assign the role 'view-events' of the client 'realm-management': Clients > the client > Service account roles > Assign "
                    + "role > Filter by clients. The role must also be in the client's scope: Clients > the client > Client scopes > the "
                    + "dedicated scope > Scope: turn on 'Full scope allowed', or assign 'view-events' there."),
            404 => new(
                "status",
                $"{found}.",
                "Set Events.AdminAddress to the realm in the admin API (https://.../admin/realms/the-realm). Look for a proxy that does "
                    + "not forward /admin."),
            500 => new(
                "status",
                $"{found}.",
                "See Keycloak's log. Keycloak responds so if a query names a type of event that it does not know: the stored events "
                    + "require Keycloak 26."),
            429 or > 500 => Unavailable(found),
            _ => new("status", $"{found}.", "See the logs of Keycloak and of the proxy in front of it."),
        } with
        {
            RetryAfter = response.RetryAfter,
        };
    }

    private static RealmFailure Unavailable(string found) => new(
        "status",
        $"{found}.",
        "Keycloak is starting, is overloaded, or its proxy cannot reach it or limits requests: see their logs. This API retries "
            + "automatically.");

    private static string Found(Uri address, HttpStatusCode status, string? error)
    {
        var code = error is null ? string.Empty : $" {ForeignText.Quote(error)}";
        return string.Create(CultureInfo.InvariantCulture, $"{ForeignText.Address(address)} responded with {(int)status}{code}");
    }

    private static string? Error(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object ? RealmJson.String(json.RootElement, "error") : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
