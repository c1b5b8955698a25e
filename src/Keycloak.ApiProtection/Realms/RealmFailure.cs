using System.Net;
using System.Text;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Realms;

/// <summary>Why the realm's keys could not be read.</summary>
/// <param name="Code">A stable name of the cause: <c>unreachable</c>, <c>timeout</c>, <c>status</c>, <c>issuer</c>, ...</param>
/// <param name="Reason">What was found, and what was expected.</param>
/// <param name="Remedy">What to change, in code, configuration or Keycloak's console.</param>
internal sealed record RealmFailure(string Code, string Reason, string Remedy)
{
    private const int LongestQuote = 200;

    /// <summary>How long the answer asks to be left alone (<c>Retry-After</c>); null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static RealmFailure Unreachable(Uri address, HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new(
            "unreachable",
            $"The host name of {Show(address)} is not known here.",
            "Check the host in auth-server-url or MetadataAddress. Inside a container it is the name of Keycloak's service, "
                + "not localhost."),
        HttpRequestError.SecureConnectionError when IsNotTls(error) => new(
            "not-tls",
            $"{Show(address)} is https, and this port does not speak TLS: {Quote(error.InnerException?.Message ?? error.Message)}",
            "Check the port: Keycloak's HTTPS port is 8443 by default, 8080 speaks plain HTTP. Use Keycloak's HTTPS port; or, where TLS ends at a "
                + "proxy before Keycloak, the proxy's address."),
        HttpRequestError.SecureConnectionError => new(
            "tls",
            $"No trusted TLS connection to {Show(address)}: {Quote(error.InnerException?.Message ?? error.Message)}",
            "Install the certificate of the authority that signed Keycloak's certificate on this machine, and use the host name that "
                + "the certificate names."),
        HttpRequestError.InvalidResponse => new(
            "not-http",
            $"{Show(address)} answered something that is not HTTP: {Quote(error.InnerException?.Message ?? error.Message)}",
            address.Scheme == Uri.UriSchemeHttp
                ? "Check the port: it may speak TLS. Use https there (Keycloak's HTTPS port is 8443 by default)."
                : "Check the host and the port: something other than Keycloak answers there."),
        HttpRequestError.ResponseEnded when address.Scheme == Uri.UriSchemeHttp => ClosedWithoutAnswer(address, error),
        HttpRequestError.ResponseEnded => Interrupted(address, error),
        HttpRequestError.Unknown when address.Scheme == Uri.UriSchemeHttp && error.InnerException is IOException inner => ClosedWithoutAnswer(address, inner),
        HttpRequestError.Unknown when error.InnerException is IOException inner => Interrupted(address, inner),
        _ => new(
            "unreachable",
            $"No connection to {Show(address)}: {Quote(error.Message)}",
            "Check that Keycloak runs and that the port is right. Inside a container, localhost is the container itself: set "
                + "MetadataAddress to Keycloak's name in that network and leave the address that browsers use in ValidIssuers."),
    };

    /// <summary>A server that expects TLS may close the connection when it gets plain HTTP.</summary>
    private static RealmFailure ClosedWithoutAnswer(Uri address, Exception error) => Interrupted(address, error) with
    {
        Remedy = "Check the port: it may speak TLS, and then https is needed (Keycloak's HTTPS port is 8443 by default). Otherwise Keycloak or a "
            + "proxy before it stopped or closes connections early: see their logs. This API tries again by itself.",
    };

    /// <summary>Whether the handshake failed because what came back was no TLS: the only sign of it is the text.</summary>
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
        $"The connection to {Show(address)} broke in the middle of the answer: {Quote(error.Message)}",
        "Keycloak or a proxy before it stopped or closes connections early: see their logs. This API tries again by itself.");

    public static RealmFailure Timeout(Uri address, TimeSpan limit) => new(
        "timeout",
        $"{Show(address)} did not answer in full within {limit.TotalSeconds:0.###} s.",
        "Check firewalls and Keycloak's load; BackchannelTimeout sets how long one document may take.");

    public static RealmFailure Redirect(Uri address, Uri? target) => new(
        "redirect",
        $"{Show(address)} redirects{(target is null ? string.Empty : $" to {Show(target)}")}, and keys are not taken from elsewhere.",
        "Set auth-server-url or MetadataAddress to the address that answers by itself (https instead of http, with or without /auth), "
            + "and take login pages of proxies off this path.");

    public static RealmFailure Status(Uri address, HttpStatusCode status) => new(
        "status",
        $"{Show(address)} answered {(int)status}.",
        (int)status switch
        {
            404 when address.AbsolutePath.Contains("/auth/realms/", StringComparison.Ordinal) =>
                "Check the realm's name, with its case. Keycloak since 17 serves without /auth unless it is set: remove it from "
                    + "auth-server-url.",
            404 => "Check the port: another server may answer there. Check the realm's name, with its case. Keycloak up to 16 serves under /auth: add it to auth-server-url.",
            400 when address.Scheme == Uri.UriSchemeHttp =>
                "Check the port: it may expect https. Check the address for // and .. and the host name for what a proxy makes of it.",
            400 => "Check the address for // and .. and the host name for what a proxy makes of it.",
            401 or 403 => "The realm's discovery document and keys must be readable without credentials: look for a proxy or a "
                + "firewall rule before Keycloak.",
            429 => "Something before Keycloak limits the number of requests: let this API through.",
            >= 500 => "Keycloak is starting, overloaded, or not behind its proxy: see its log. This API tries again by itself.",
            _ => "Check auth-server-url and realm, or MetadataAddress: it must be the realm's .well-known/openid-configuration.",
        });

    public static RealmFailure TooLarge(Uri address, int limit) => new(
        "size",
        $"{Show(address)} answered more than {limit / 1024} KiB.",
        "Check the address: it is not a realm's document.");

    public static RealmFailure NotJson(Uri address, bool page, string? detail) => new(
        page ? "html" : "json",
        page
            ? $"{Show(address)} answered an HTML page instead of JSON."
            : $"{Show(address)} answered something that is not the JSON expected: {Quote(detail)}",
        page
            ? "Check the address: a login or error page of a proxy, or Keycloak's console, answers there."
            : "Check the address, and whether a proxy changes or cuts Keycloak's answers.");

    public static RealmFailure NoIssuer(Uri address) => new(
        "issuer",
        $"The document at {Show(address)} names no issuer.",
        "Check the address: it must be the realm's .well-known/openid-configuration.");

    public static RealmFailure ForeignIssuer(Uri address, string issuer, IReadOnlyList<string> valid) => new(
        "issuer",
        $"The realm at {Show(address)} calls itself {Quote(issuer)}; this API accepts tokens of {string.Join(", ", valid.Select(Quote))}.",
        "If both are the same realm under two host names (inside and outside of Docker, behind a proxy): MetadataAddress is where "
            + "this API reaches Keycloak, ValidIssuers lists the issuers as tokens carry them. Either give Keycloak one name "
            + $"(KC_HOSTNAME, with KC_HOSTNAME_BACKCHANNEL_DYNAMIC=true), or add {Quote(issuer)} to ValidIssuers beside the others. "
            + "If not: correct auth-server-url and realm.");

    public static RealmFailure NoKeysAddress(Uri address, string? found) => new(
        "jwks-uri",
        found is null
            ? $"The document at {Show(address)} has no jwks_uri."
            : $"The jwks_uri in {Show(address)} is no absolute http or https address: {Quote(found)}",
        "Check the address: it must be the realm's .well-known/openid-configuration.");

    public static RealmFailure KeysWithoutHttps(Uri address, Uri keys) => new(
        "https",
        $"The jwks_uri in {Show(address)} is {Show(keys)}, and keys may come over HTTPS only.",
        "Keycloak behind a proxy that ends TLS must know it (KC_PROXY_HEADERS=xforwarded and KC_HOSTNAME=https://...). For "
            + "development only: set ssl-required to 'none'.");

    public static RealmFailure NoHttps(Uri address) => new(
        "https",
        $"{Show(address)} is not HTTPS, and keys may come over HTTPS only.",
        "Use the https address of Keycloak. For development only: set ssl-required to 'none'.");

    public static RealmFailure NoUsableKeys(Uri address, IReadOnlyList<UnusableKey> unusable) => new(
        "no-keys",
        unusable.Count == 0
            ? $"{Show(address)} lists no keys."
            : $"{Show(address)} lists no key that access tokens can be verified with: "
                + string.Join(" ", unusable.Take(5).Select(key => $"{Quote(key.Id)}: {key.Reason}")),
        "Add an enabled RSA (2048 bits or more) or ECDSA key provider to the realm (Realm settings > Keys > Add providers).");

    public static RealmFailure Unexpected(Uri address, Exception error) => new(
        "unexpected",
        $"Reading {Show(address)} failed: {error.GetType().Name}: {Quote(error.Message)}",
        "Look at the back-channel HttpClient's handlers, if the application adds any; this API tries again by itself.");

    /// <summary>Says, where Keycloak hands out an address that only browsers reach, that this is what it is.</summary>
    public RealmFailure FromDiscoveryAt(Uri discovery, Uri keys) =>
        discovery.Authority == keys.Authority || Code is not ("unreachable" or "timeout" or "tls" or "not-tls" or "not-http")
            ? this
            : this with
            {
                Remedy = $"Keycloak, asked at {discovery.Authority}, says that its keys are at {keys.Authority}, which this API cannot "
                    + $"reach. Set KC_HOSTNAME_BACKCHANNEL_DYNAMIC=true in Keycloak, or make {keys.Authority} reachable from here.",
            };

    /// <summary>An address as far as it may stand in a log: no user, no query.</summary>
    private static string Show(Uri address) =>
        Quote(address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));

    /// <summary>Foreign text as far as it may stand in a log: short, on one line.</summary>
    private static string Quote(string? text)
    {
        if (text is null)
        {
            return "(none)";
        }

        var quoted = new StringBuilder(Math.Min(text.Length, LongestQuote) + 3);

        foreach (var character in text.AsSpan(0, Math.Min(text.Length, LongestQuote)))
        {
            quoted.Append(char.IsControl(character) || character is '\u2028' or '\u2029' ? ' ' : character);
        }

        return text.Length > LongestQuote ? quoted.Append("...").ToString() : quoted.ToString();
    }
}
