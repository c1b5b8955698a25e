using System.Globalization;
using System.Net;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>Answers that are none, and what to change. Neither "active" nor "inactive" follows from any of them.</summary>
internal static class IntrospectionFailures
{
    /// <summary>The code of <see cref="OfOneToken"/>.</summary>
    public const string OneToken = "token";

    public static RealmFailure Status(Uri address, HttpStatusCode status, string? error, IntrospectionSettings settings)
    {
        var found = string.Create(CultureInfo.InvariantCulture, $"{Show(address)} answered {(int)status}{(error is null ? string.Empty : $" {TokenDiagnosis.Quote(error)}")}");
        return (int)status switch
        {
            // 26 says invalid_client, 24 invalid_request, a client that exists unauthorized_client.
            401 or 400 when error is "invalid_client" or "unauthorized_client" or "invalid_request" => new(
                "credentials",
                $"{found}: Keycloak does not accept this API's own credentials (client {TokenDiagnosis.Quote(settings.ClientId)}).",
                "Compare credentials.secret with Clients > the client > Credentials > Client secret, and credentials.method or credentials.jwt with the Client Authenticator there "
                    + "(X509 Certificate: its Subject DN with the certificate of the named HttpClient, which must come over TLS); "
                    + "the client must be enabled. After the secret was regenerated, restart this API with the new one."),
            403 => new(
                "public_client",
                $"{found}: client {TokenDiagnosis.Quote(settings.ClientId)} may not introspect.",
                "Turn on Clients > the client > Settings > Capability config > Client authentication: a public client may not ask."),
            401 => new("credentials", $"{found}.", "Something before Keycloak wants credentials of its own: let this API through, or configure the named HttpClient."),
            404 => new("status", $"{found}.", "Check the realm's name and the introspection_endpoint of its discovery document."),
            429 => new("status", $"{found}.", "Something before Keycloak limits the number of requests: let this API through, or raise Freshness."),
            >= 500 => new("status", $"{found}.", "Keycloak is starting, overloaded, or not behind its proxy: see its log. This API tries again by itself."),
            >= 300 and < 400 => new("redirect", $"{found}.", "Set auth-server-url or MetadataAddress to the address that answers by itself; credentials are not sent elsewhere."),
            _ => new("status", $"{found}.", "Look at Keycloak's log and at what stands before it."),
        };
    }

    public static RealmFailure NoAddress() => new(
        "no-address",
        "The realm's discovery document names no introspection endpoint.",
        "Set MetadataAddress to the realm's .well-known/openid-configuration.");

    public static RealmFailure NotAnAnswer(Uri address, string problem) => new(
        "json",
        $"{Show(address)} answered something that is no introspection response: {problem}.",
        "Look for a proxy that changes or cuts Keycloak's answers.");

    public static RealmFailure OfAnotherToken(string claim) => new(
        "mismatch",
        $"Keycloak's answer does not fit the token: '{claim}' differs. It counts neither as active nor as inactive.",
        "Look for a proxy or cache before Keycloak that mixes up answers, and for a protocol mapper that writes this claim differently to tokens and to introspection.");

    public static RealmFailure OfAnotherKind(string? kind) => new(
        "kind",
        $"Keycloak's answer is about a token of type {TokenDiagnosis.Quote(kind)}, where Bearer or DPoP is expected. It counts neither as active nor as inactive.",
        "Look for a proxy or cache before Keycloak that mixes up answers.");

    /// <summary>Keycloak answers, and not about this token.</summary>
    public static RealmFailure OfOneToken(RealmFailure failure) => new(
        OneToken,
        $"{failure.Reason} Another question was answered at that moment, so that this failure is this token's alone; other tokens are not affected.",
        "Look at Keycloak's log, and for a limit that this token exceeds at what stands before Keycloak: its size, or a rule of a web application firewall.")
    {
        RetryAfter = failure.RetryAfter,
    };

    public static RealmFailure Busy(int inFlight) => new(
        "busy",
        string.Create(CultureInfo.InvariantCulture, $"{inFlight} questions were on their way, and this one did not get its turn in time."),
        "Keycloak answers too slowly for this many tokens: raise Freshness, MaximumIntrospectionsInFlight or Keycloak's size.");

    private static string Show(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
