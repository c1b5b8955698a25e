using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Realms.Keys;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Configuration.Validation;

/// <summary>
/// Validates the options at start, so that wrong settings are found before the first request. Every problem names
/// the setting and the remedy.
/// </summary>
internal sealed class KeycloakBearerOptionsValidator : IValidateOptions<KeycloakBearerOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, KeycloakBearerOptions options)
    {
        List<string> problems =
        [
            .. options.ConfigurationProblems,
            .. Address(options),
            .. Https(options),
            .. Issuers(options),
            .. AudienceOf(options),
            .. AlgorithmsOf(options),
            .. Ranges(options),
            .. RequestsAndResponses(options),
            .. IntrospectionProblems.Of(options),
            .. StoredEventsProblems.Of(options),
            .. DpopProblems.Of(options),
            .. Fapi2Problems.Of(options),
            .. KeycloakClaimsOptionsValidator.Problems(options.Claims),
        ];
        return problems.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(problems.Select(problem => $"Scheme '{name}': {problem}"));
    }

    private static IEnumerable<string> Address(KeycloakBearerOptions options)
    {
        var parts = KeycloakAddress.IssuerOf(options.AuthServerUrl, options.Realm);
        if (string.IsNullOrWhiteSpace(options.Authority) && parts is null)
        {
            yield return string.IsNullOrWhiteSpace(options.AuthServerUrl) == string.IsNullOrWhiteSpace(options.Realm)
                ? "no Keycloak realm is configured. Set auth-server-url (https://login.example.com) and realm in the section 'Keycloak', "
                    + "or Authority (https://login.example.com/realms/demo)."
                : string.IsNullOrWhiteSpace(options.Realm)
                    ? "realm is missing. Set it together with auth-server-url."
                    : "auth-server-url is missing. Set it together with realm.";
            yield break;
        }

        if (!string.IsNullOrWhiteSpace(options.Authority) && parts is not null && parts != options.Authority.TrimEnd('/'))
        {
            yield return $"Authority '{options.Authority}' contradicts auth-server-url and realm, which result in '{parts}'. "
                + "Keep one of the two.";
        }

        if (options.AuthServerUrl?.Contains("/realms/", StringComparison.Ordinal) == true)
        {
            yield return $"auth-server-url '{options.AuthServerUrl}' already names a realm. "
                + "Set it to the server's base URL only, and set realm separately; or set Authority to this value instead.";
        }

        (string Setting, string? Url)[] urls =
        [
            ("auth-server-url", options.AuthServerUrl),
            ("Authority", options.Authority),
            ("MetadataAddress", options.MetadataAddress),
        ];
        foreach (var (setting, url) in urls)
        {
            if (!string.IsNullOrWhiteSpace(url) && !IsHttpUrl(url))
            {
                yield return $"{setting} '{url}' is not an absolute http or https URL without query and fragment, "
                    + "such as https://login.example.com.";
            }
        }

        if (options.Realm is { } realm && realm.AsSpan().ContainsAny('/', '\\', '?'))
        {
            yield return $"realm '{realm}' is not the name of a realm. Set the name as Keycloak's console shows it, not a path or URL.";
        }
    }

    private static IEnumerable<string> Https(KeycloakBearerOptions options)
    {
        if (options.SslRequired == SslRequired.None
            || !Uri.TryCreate(KeycloakAddress.Metadata(options), UriKind.Absolute, out var metadata)
            || metadata.Scheme == Uri.UriSchemeHttps
            || (metadata.IsLoopback && options.SslRequired == SslRequired.External))
        {
            yield break;
        }

        yield return $"'{metadata.GetLeftPart(UriPartial.Authority)}' is not HTTPS, "
            + $"but ssl-required is '{options.SslRequired.ToString().ToLowerInvariant()}'. "
            + "Use https, or, if the network to Keycloak is safe without it (a private container network), set ssl-required to 'none'.";
    }

    private static IEnumerable<string> Issuers(KeycloakBearerOptions options) =>
        options.ValidIssuers
            .Where(issuer => !IsHttpUrl(issuer) || issuer.EndsWith('/'))
            .Select(issuer => $"ValidIssuers: '{issuer}' cannot be an issuer of Keycloak. "
                + "Copy 'issuer' from Realm settings > OpenID Endpoint Configuration: an absolute URL without a slash at its end.");

    private static IEnumerable<string> AudienceOf(KeycloakBearerOptions options)
    {
        var named = options.Audience is not null || options.Audiences.Count > 0;
        if (!options.VerifyTokenAudience && named)
        {
            yield return "verify-token-audience is false, but Audience or Audiences is set. "
                + "Remove one of the two: audiences that are not verified protect nothing.";
        }

        if (options.VerifyTokenAudience && !named && string.IsNullOrWhiteSpace(options.Resource))
        {
            yield return "no audience is configured. Set resource to this API's client id in Keycloak, or set Audience; "
                + "verify-token-audience=false accepts every token of the realm.";
        }

        if (options.Audiences.Append(options.Audience ?? "-").Any(string.IsNullOrWhiteSpace))
        {
            yield return "Audience or Audiences contains an empty name. Remove it.";
        }
    }

    private static IEnumerable<string> AlgorithmsOf(KeycloakBearerOptions options) =>
        options.Algorithms
            .Where(algorithm => !SigningAlgorithm.TryGet(algorithm, out _))
            .Select(algorithm => $"Algorithms: '{algorithm}' " + algorithm switch
            {
                "EdDSA" or "Ed25519" => "is not supported, because .NET does not support Ed25519. "
                    + "Set Clients > the client > Advanced > Access token signature algorithm to RS256, PS256 or ES256.",
                "none" => "would accept tokens that anyone can forge. Remove it.",
                ['H', 'S', ..] => "is not supported, because an API would need Keycloak's own secret to verify it. Remove it.",
                _ => $"is not known. Supported algorithms are {string.Join(", ", KeycloakBearerDefaults.Algorithms)}.",
            });

    private static IEnumerable<string> Ranges(KeycloakBearerOptions options)
    {
        (string Setting, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] spans =
        [
            (nameof(options.ClockSkew), options.ClockSkew, TimeSpan.Zero, TimeSpan.FromMinutes(5)),
            (nameof(options.BackchannelTimeout), options.BackchannelTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(2)),
            (nameof(options.KeysRefreshInterval), options.KeysRefreshInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            (nameof(options.UnknownKeyCooldown), options.UnknownKeyCooldown, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
            ("Revocation.Lifetime", options.Revocation.Lifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)),
            ("Revocation.EndedSessionLifetime", options.Revocation.EndedSessionLifetime, TimeSpan.Zero, TimeSpan.FromDays(30)),
            (nameof(options.KeysMaximumAge), options.KeysMaximumAge, options.KeysRefreshInterval, TimeSpan.FromDays(30)),
        ];
        foreach (var (setting, value, least, most) in spans)
        {
            if (value < least || value > most)
            {
                yield return $"{setting} is {value}; it must be between {least} and {most}.";
            }
        }

        if (options.MaximumTokenSize is < 512 or > 1024 * 1024)
        {
            yield return $"MaximumTokenSize is {options.MaximumTokenSize}; it must be between 512 and 1048576 characters.";
        }

        if (options.VerifiedTokenCacheSize is < 0 or > 4 * 1024 * 1024)
        {
            yield return $"VerifiedTokenCacheSize is {options.VerifiedTokenCacheSize}; it must be between 0 (off) and 4194304 tokens.";
        }

        if (options.Revocation.Capacity is < 100 or > 10_000_000)
        {
            yield return $"Revocation.Capacity is {options.Revocation.Capacity}; it must be between 100 and 10000000 events.";
        }

        if (options.LoginClients.Any(string.IsNullOrWhiteSpace))
        {
            yield return "LoginClients contains an empty name. Remove it.";
        }
    }

    private static IEnumerable<string> RequestsAndResponses(KeycloakBearerOptions options)
    {
        if (options.QueryTokenPaths.Any(path => path.Value is null or "" or "/"))
        {
            yield return "QueryTokenPaths contains an empty path or '/', so tokens in every URL would be accepted. "
                + "Name the paths of the hubs and event streams, such as '/hubs'.";
        }

        if (string.IsNullOrWhiteSpace(options.BackchannelHttpClientName))
        {
            yield return "BackchannelHttpClientName is empty. Remove it, or name a client that services.AddHttpClient(name) configures.";
        }

        if (options.ChallengeRealm is { } realm && !realm.All(ChallengeText.Allows))
        {
            yield return "ChallengeRealm contains a character that is not allowed in a header. "
                + "Use printable ASCII without quotation marks and backslashes.";
        }
    }

    private static bool IsHttpUrl(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed)
        && (parsed.Scheme == Uri.UriSchemeHttps || parsed.Scheme == Uri.UriSchemeHttp)
        && parsed.Query.Length == 0 && parsed.Fragment.Length == 0 && parsed.UserInfo.Length == 0;
}
