namespace Keycloak.ApiProtection.Configuration;

/// <summary>Makes the URLs of a realm from the options: its issuer and its discovery document.</summary>
/// <remarks>
/// Keycloak Server Administration Guide. Since 26.5, Keycloak responds with 400 to a path with <c>//</c> or <c>..</c>, so a slash at the
/// end of a configured URL is removed.
/// </remarks>
internal static class KeycloakAddress
{
    private const string Realms = "/realms/";
    private const string WellKnown = "/.well-known/openid-configuration";

    /// <summary>Gets the realm's issuer: the authority, or base URL and realm. Null if neither is complete.</summary>
    public static string? Issuer(KeycloakBearerOptions options) =>
        !string.IsNullOrWhiteSpace(options.Authority) ? options.Authority.TrimEnd('/') : IssuerOf(options.AuthServerUrl, options.Realm);

    /// <summary>Returns the accepted issuers of tokens: at least one. The options must be valid.</summary>
    public static string[] TokenIssuers(KeycloakBearerOptions options) =>
        options.ValidIssuers.Count > 0 ? [.. options.ValidIssuers] : [Issuer(options)!];

    /// <summary>Gets the issuer of a realm of this server. Null if the base URL or the realm is missing.</summary>
    public static string? IssuerOf(string? authServerUrl, string? realm) =>
        string.IsNullOrWhiteSpace(authServerUrl) || string.IsNullOrWhiteSpace(realm)
            ? null
            : authServerUrl.TrimEnd('/') + Realms + Uri.EscapeDataString(realm);

    /// <summary>Gets the URL of the discovery document. Null if it is not set and the issuer is not complete.</summary>
    public static string? Metadata(KeycloakBearerOptions options) =>
        !string.IsNullOrWhiteSpace(options.MetadataAddress) ? options.MetadataAddress
        : Issuer(options) is { } issuer ? issuer + WellKnown : null;

    /// <summary>
    /// Gets the realm's address in the admin API: as set, otherwise next to the discovery document. Null if it cannot be derived.
    /// </summary>
    public static string? Admin(KeycloakBearerOptions options)
    {
        if (options.StoredEvents.AdminAddress is { } address)
        {
            return address.TrimEnd('/');
        }

        var metadata = Metadata(options) ?? string.Empty;
        var at = metadata.LastIndexOf(Realms, StringComparison.Ordinal);
        return at >= 0 && metadata.EndsWith(WellKnown, StringComparison.Ordinal) && metadata.Length - WellKnown.Length > at + Realms.Length
            ? metadata[..at] + "/admin" + metadata[at..^WellKnown.Length]
            : null;
    }

    /// <summary>
    /// Gets the issuers that the discovery document may name: those of tokens, and the address at which this API reads the document. A
    /// Keycloak without a fixed host name uses the host name of the request in its issuer.
    /// </summary>
    public static IReadOnlyList<string> DiscoveryIssuers(KeycloakBearerOptions options, IEnumerable<string> tokenIssuers)
    {
        var metadata = Metadata(options)!;
        return
        [
            .. tokenIssuers
                .Append(Issuer(options)!)
                .Append(metadata.EndsWith(WellKnown, StringComparison.Ordinal) ? metadata[..^WellKnown.Length] : metadata)
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>Gets the realm's name for display: as configured, or from the authority.</summary>
    public static string RealmName(KeycloakBearerOptions options)
    {
        if (!string.IsNullOrWhiteSpace(options.Realm))
        {
            return options.Realm;
        }

        var issuer = Issuer(options) ?? string.Empty;
        var at = issuer.LastIndexOf(Realms, StringComparison.Ordinal);
        return at < 0 ? issuer : Uri.UnescapeDataString(issuer[(at + Realms.Length)..]);
    }
}
