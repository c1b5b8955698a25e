using System.Globalization;
using System.Net;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>
/// The causes of a failed introspection, with their remedies. A token is neither active nor inactive after such a failure.
/// </summary>
internal static class IntrospectionFailures
{
    /// <summary>The code of <see cref="OfOneToken"/>.</summary>
    public const string OneToken = "token";

    public static RealmFailure Status(Uri address, HttpStatusCode status, string? error, IntrospectionSettings settings)
    {
        var code = error is null ? string.Empty : $" {ForeignText.Quote(error)}";
        var found = string.Create(CultureInfo.InvariantCulture, $"{ForeignText.Address(address)} responded with {(int)status}{code}");
        return (int)status switch
        {
            // Keycloak 26 responds with invalid_client, 24 with invalid_request, and both with unauthorized_client if the client exists.
            401 or 400 when error is "invalid_client" or "unauthorized_client" or "invalid_request" => new(
                "credentials",
                $"{found}: Keycloak does not accept this API's own credentials (client {ForeignText.Quote(settings.ClientId)}).",
                "Compare credentials.secret with Clients > the client > Credentials > Client secret, and credentials.method or "
                    + "credentials.jwt with the Client Authenticator there (X509 Certificate: compare its Subject DN with the "
                    + "certificate of the named HttpClient, which must be sent over TLS). The client must be enabled. After the secret was "
                    + "regenerated, restart this API with the new one."),
            403 => new(
                "public_client",
                $"{found}: client {ForeignText.Quote(settings.ClientId)} is not allowed to introspect tokens.",
                "Turn on Clients > the client > Settings > Capability config > Client authentication: a public client cannot introspect "
                    + "tokens."),
            401 => new(
                "credentials",
                $"{found}.",
                "A proxy in front of Keycloak requires its own credentials: exempt this API, or configure the named HttpClient."),
            404 => new("status", $"{found}.", "Check the realm's name and the introspection_endpoint of its discovery document."),
            429 => new(
                "status",
                $"{found}.",
                "A proxy in front of Keycloak limits the number of requests: exempt this API, or increase Freshness."),
            >= 500 => new(
                "status",
                $"{found}.",
                "Keycloak is starting, is overloaded, or cannot be reached by its proxy: see its log. This API retries automatically."),
            >= 300 and < 400 => new(
                "redirect",
                $"{found}.",
                "Set auth-server-url or MetadataAddress to the address that responds without a redirect; "
                    + "credentials are not sent to the target of a redirect."),
            _ => new("status", $"{found}.", "See the logs of Keycloak and of the proxy in front of it."),
        };
    }

    public static RealmFailure NoAddress() => new(
        "no-address",
        "The realm's discovery document names no introspection endpoint.",
        "Set MetadataAddress to the realm's .well-known/openid-configuration.");

    public static RealmFailure NotAResponse(Uri address, string problem) => new(
        "json",
        $"{ForeignText.Address(address)} sent something that is not an introspection response: {problem}.",
        "Look for a proxy that changes or truncates Keycloak's responses.");

    public static RealmFailure OfAnotherToken(string claim) => new(
        "mismatch",
        $"Keycloak's response does not match the token: '{claim}' differs. The token counts neither as active nor as inactive.",
        "Look for a proxy or cache in front of Keycloak that confuses responses, and for a protocol mapper that writes this claim "
            + "differently to tokens and to introspection responses.")
    {
        ConcernsOneToken = true,
    };

    public static RealmFailure OfAnotherKind(string? kind) => new(
        "kind",
        $"Keycloak's response describes a token of type {ForeignText.Quote(kind)}, but Bearer or DPoP is expected. "
            + "The token counts neither as active nor as inactive.",
        "Look for a proxy or cache in front of Keycloak that confuses responses.")
    {
        ConcernsOneToken = true,
    };

    /// <summary>Keycloak responds to other requests, but the introspection of this token failed.</summary>
    public static RealmFailure OfOneToken(RealmFailure failure) => new(
        OneToken,
        $"{failure.Reason} Keycloak responded to another request at the same time, so only this token is affected.",
        "See Keycloak's log. Look for a limit of a proxy in front of Keycloak that this token exceeds, such as its size or a rule of a "
            + "web application firewall.")
    {
        RetryAfter = failure.RetryAfter,
        ConcernsOneToken = true,
    };

    public static RealmFailure Busy(int inFlight) => new(
        "busy",
        string.Create(
            CultureInfo.InvariantCulture, $"{inFlight} introspection requests were in progress, and this one could not be sent in time."),
        "Keycloak responds too slowly for this number of tokens: increase Introspection.Freshness, Introspection.MaximumInFlight, or the "
            + "capacity of Keycloak.");
}
