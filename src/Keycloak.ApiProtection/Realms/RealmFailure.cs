using System.Net;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms.Keys;
using static Keycloak.ApiProtection.Diagnostics.ForeignText;

namespace Keycloak.ApiProtection.Realms;

/// <summary>The reason why the realm's keys could not be read, with a remedy.</summary>
/// <param name="Code">The stable name of the cause: <c>unreachable</c>, <c>timeout</c>, <c>status</c>, <c>issuer</c>, ...</param>
/// <param name="Reason">What was found and what was expected.</param>
/// <param name="Remedy">What to change in code, in the configuration or in Keycloak's console.</param>
internal sealed record RealmFailure(string Code, string Reason, string Remedy)
{
    /// <summary>How long the response asks to wait (<c>Retry-After</c>); null if it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether only the request for one token failed, so that requests for other tokens can succeed.</summary>
    public bool ConcernsOneToken { get; init; }

    public static RealmFailure Unreachable(Uri address, HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new(
            "unreachable",
            $"The host name of {Address(address)} could not be resolved.",
            "Check the host in auth-server-url or MetadataAddress. Inside a container, it is the name of Keycloak's service, "
                + "not localhost."),
        HttpRequestError.SecureConnectionError when IsNotTls(error) => new(
            "not-tls",
            $"{Address(address)} is https, but this port does not use TLS: {Line(error.InnerException?.Message ?? error.Message)}",
            "Check the port: Keycloak's HTTPS port is 8443 by default; 8080 is plain HTTP. Use Keycloak's HTTPS port or, if TLS ends at a "
                + "proxy in front of Keycloak, the proxy's address."),
        HttpRequestError.SecureConnectionError => new(
            "tls",
            $"No trusted TLS connection to {Address(address)}: {Line(error.InnerException?.Message ?? error.Message)}",
            "Install the certificate of the authority (the one that signed Keycloak's certificate) on this machine, and use the host name "
                + "in Keycloak's certificate."),
        HttpRequestError.InvalidResponse => new(
            "not-http",
            $"The response of {Address(address)} is not HTTP: {Line(error.InnerException?.Message ?? error.Message)}",
            address.Scheme == Uri.UriSchemeHttp
                ? "Check the port: it may require TLS. If so, use https (Keycloak's HTTPS port is 8443 by default)."
                : "Check the host and the port: a server other than Keycloak responds there."),
        HttpRequestError.ResponseEnded when address.Scheme == Uri.UriSchemeHttp => ClosedWithoutResponse(address, error),
        HttpRequestError.ResponseEnded => Interrupted(address, error),
        HttpRequestError.Unknown when address.Scheme == Uri.UriSchemeHttp && error.InnerException is IOException inner =>
            ClosedWithoutResponse(address, inner),
        HttpRequestError.Unknown when error.InnerException is IOException inner => Interrupted(address, inner),
        _ => new(
            "unreachable",
            $"No connection to {Address(address)}: {Line(error.Message)}",
            "Check that Keycloak is running and that the port is correct. Inside a container, localhost is the container itself: set "
                + "MetadataAddress to Keycloak's name in that network, and leave the address that browsers use in ValidIssuers."),
    };

    /// <summary>A server that expects TLS may close the connection when it gets plain HTTP.</summary>
    private static RealmFailure ClosedWithoutResponse(Uri address, Exception error) => Interrupted(address, error) with
    {
        Remedy = "Check the port: it may require TLS. If so, use https (Keycloak's HTTPS port is 8443 by default). Otherwise Keycloak or a "
            + "proxy in front of it has stopped or closes connections early: see their logs. This API retries automatically.",
    };

    /// <summary>Whether the handshake failed because the response was not TLS. Only the exception's text shows it.</summary>
    private static bool IsNotTls(Exception error)
    {
        for (var inner = error.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner.Message.Contains("frame size", StringComparison.OrdinalIgnoreCase)
                || inner.Message.Contains("corrupted frame", StringComparison.OrdinalIgnoreCase)
                || inner.Message.Contains("wrong version number", StringComparison.OrdinalIgnoreCase)
                || inner.Message.Contains("unexpected EOF", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    public static RealmFailure Interrupted(Uri address, Exception error) => new(
        "unreachable",
        $"The connection to {Address(address)} was interrupted during the response: {Line(error.Message)}",
        "Keycloak or a proxy in front of it has stopped or closes connections early: see their logs. This API retries automatically.");

    public static RealmFailure Timeout(Uri address, TimeSpan limit) => new(
        "timeout",
        $"{Address(address)} did not send a complete response within {limit.TotalSeconds:0.###} s.",
        "Check firewalls and Keycloak's load. BackchannelTimeout is the time limit for one document.");

    public static RealmFailure Redirect(Uri address, Uri? target) => new(
        "redirect",
        $"{Address(address)} redirects{(target is null ? string.Empty : $" to {Address(target)}")}, and redirects are not followed.",
        "Set auth-server-url or MetadataAddress to the address that responds without a redirect (https instead of http, with or without "
            + "/auth), and remove login pages of proxies from this path.");

    public static RealmFailure Status(Uri address, HttpStatusCode status) => new(
        "status",
        $"{Address(address)} returned {(int)status}.",
        (int)status switch
        {
            404 when address.AbsolutePath.Contains("/auth/realms/", StringComparison.Ordinal) =>
                "Check the realm's name, including its case. Keycloak 17 and later has no /auth path unless it is configured: "
                    + "remove it from auth-server-url.",
            404 => "Check the port: another server may respond there. Check the realm's name, including its case. "
                + "Keycloak up to 16 uses the path /auth: add it to auth-server-url.",
            400 when address.Scheme == Uri.UriSchemeHttp =>
                "Check the port: it may require https. Check the address for // and .., and how a proxy handles the host name.",
            400 => "Check the address for // and .., and how a proxy handles the host name.",
            401 or 403 => "The realm's discovery document and keys must be readable without credentials: look for a proxy or a "
                + "firewall rule in front of Keycloak.",
            429 => "A server in front of Keycloak limits the number of requests: exempt this API from the limit.",
            >= 500 => "Keycloak is starting, is overloaded, or its proxy cannot reach it: see their logs. This API retries automatically.",
            _ => "Check auth-server-url and realm, or MetadataAddress: it must be the realm's .well-known/openid-configuration.",
        });

    public static RealmFailure TooLarge(Uri address, int limit) => new(
        "size",
        $"The response of {Address(address)} has more than {limit / 1024} KiB.",
        "Check the address: it is not the address of a realm's document.");

    public static RealmFailure NotJson(Uri address, bool page, string? detail) => new(
        page ? "html" : "json",
        page
            ? $"{Address(address)} returned an HTML page instead of JSON."
            : $"The response of {Address(address)} is not the expected JSON: {Line(detail)}",
        page
            ? "Check the address: it returns a login or error page of a proxy, or Keycloak's console."
            : "Check the address, and whether a proxy changes or truncates Keycloak's responses.");

    public static RealmFailure NoIssuer(Uri address) => new(
        "issuer",
        $"The document at {Address(address)} has no issuer.",
        "Check the address: it must be the realm's .well-known/openid-configuration.");

    public static RealmFailure ForeignIssuer(Uri address, string issuer, IReadOnlyList<string> valid) => new(
        "issuer",
        $"The issuer of the realm at {Address(address)} is {Line(issuer)}; "
            + $"this API accepts tokens from {string.Join(", ", valid.Select(Line))}.",
        "If both are the same realm under two host names (inside and outside of Docker, behind a proxy): MetadataAddress is the address "
            + "under which this API reaches Keycloak, and ValidIssuers lists the issuers as they appear in tokens. "
            + "Either give Keycloak one name (KC_HOSTNAME, with KC_HOSTNAME_BACKCHANNEL_DYNAMIC=true), "
            + $"or add {Line(issuer)} to ValidIssuers in addition to the others. "
            + "If not, correct auth-server-url and realm.");

    public static RealmFailure NoKeysAddress(Uri address, string? found) => new(
        "jwks-uri",
        found is null
            ? $"The document at {Address(address)} has no jwks_uri."
            : $"The jwks_uri in {Address(address)} is not an absolute http or https address: {Line(found)}",
        "Check the address: it must be the realm's .well-known/openid-configuration.");

    public static RealmFailure KeysWithoutHttps(Uri address, Uri keys) => new(
        "https",
        $"The jwks_uri in {Address(address)} is {Address(keys)}, but keys are read over HTTPS only.",
        "If a proxy in front of Keycloak ends TLS, configure Keycloak for it (KC_PROXY_HEADERS=xforwarded and KC_HOSTNAME=https://...). "
            + "For development only: set ssl-required to 'none'.");

    public static RealmFailure NoHttps(Uri address) => new(
        "https",
        $"{Address(address)} is not HTTPS, but keys are read over HTTPS only.",
        "Use the https address of Keycloak. For development only: set ssl-required to 'none'.");

    public static RealmFailure NoUsableKeys(Uri address, IReadOnlyList<UnusableKey> unusable) => new(
        "no-keys",
        unusable.Count == 0
            ? $"{Address(address)} lists no keys."
            : $"{Address(address)} lists no key that can verify access tokens: "
                + string.Join(" ", unusable.Take(5).Select(key => $"{Line(key.Id)}: {key.Reason}")),
        "Add an enabled RSA (2048 bits or more) or ECDSA key provider to the realm (Realm settings > Keys > Add providers).");

    public static RealmFailure Unexpected(Uri address, Exception error) => new(
        "unexpected",
        $"Reading {Address(address)} failed: {error.GetType().Name}: {Line(error.Message)}",
        "Check the handlers of the back-channel HttpClient, if the application adds any. This API retries automatically.");

    /// <summary>Replaces the remedy if the discovery document names an address for the keys that only browsers can reach.</summary>
    public RealmFailure FromDiscoveryAt(Uri discovery, Uri keys) =>
        discovery.Authority == keys.Authority || Code is not ("unreachable" or "timeout" or "tls" or "not-tls" or "not-http")
            ? this
            : this with
            {
                Remedy = $"Keycloak's discovery document at {discovery.Authority} places the keys at {keys.Authority}, "
                    + "which this API cannot reach. Set KC_HOSTNAME_BACKCHANNEL_DYNAMIC=true in Keycloak, "
                    + $"or make {keys.Authority} reachable from this API.",
            };
}
