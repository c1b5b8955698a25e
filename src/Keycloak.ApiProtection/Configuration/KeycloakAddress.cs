namespace Keycloak.ApiProtection.Configuration;

/// <summary>Where a realm is: its issuer, and where its discovery document stands.</summary>
/// <remarks>Keycloak Server Administration Guide; since 26.5 a path with <c>//</c> or <c>..</c> is answered with 400, so URLs are joined with care.</remarks>
internal static class KeycloakAddress
{
    private const string Realms = "/realms/";
    private const string WellKnown = "/.well-known/openid-configuration";

    /// <summary>The realm's issuer: the authority, or base URL and realm; null where neither is complete.</summary>
    public static string? Issuer(KeycloakBearerOptions options) =>
        !string.IsNullOrWhiteSpace(options.Authority) ? options.Authority.TrimEnd('/') : IssuerOf(options.AuthServerUrl, options.Realm);

    /// <summary>The issuer of a realm of this server; null where one of the two is missing.</summary>
    public static string? IssuerOf(string? authServerUrl, string? realm) =>
        string.IsNullOrWhiteSpace(authServerUrl) || string.IsNullOrWhiteSpace(realm)
            ? null
            : authServerUrl.TrimEnd('/') + Realms + Uri.EscapeDataString(realm);

    /// <summary>Where the discovery document is read.</summary>
    public static string? Metadata(KeycloakBearerOptions options) =>
        !string.IsNullOrWhiteSpace(options.MetadataAddress) ? options.MetadataAddress
        : Issuer(options) is { } issuer ? issuer + WellKnown : null;

    /// <summary>
    /// The issuers that the discovery document may name: those of tokens, and the address under which this API reads it. A Keycloak
    /// without a fixed host name calls itself what the caller called it.
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

    /// <summary>The realm's name, for people: as configured, or out of the authority.</summary>
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
