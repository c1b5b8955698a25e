using Keycloak.ApiProtection.Realms;
using Microsoft.Extensions.Configuration;

using static Keycloak.ApiProtection.Configuration.Section.KeycloakConfigurationKey;

namespace Keycloak.ApiProtection.Configuration.Section;

/// <summary>All keys that the configuration section can contain.</summary>
/// <remarks>
/// Keycloak's adapter JSON: Securing Applications and Services Guide, "Java adapter config". A test compares the tables in
/// docs/configuration.md with this list.
/// </remarks>
internal static class KeycloakConfigurationKeys
{
    private const string ConfigureHttpClient =
        "cannot be set here: configure the HttpClient named 'Keycloak.ApiProtection' (services.AddHttpClient) and remove the key";

    /// <summary>Gets the keys that set an option.</summary>
    public static IReadOnlyList<KeycloakConfigurationKey> Read { get; } =
    [
        Text("auth-server-url", (options, value) => options.AuthServerUrl = value),
        Text("realm", (options, value) => options.Realm = value),
        Text("resource", (options, value) => options.Resource = value),
        Text("ClientId", (options, value) => options.Resource = value),
        Text("Authority", (options, value) => options.Authority = value),
        Text("MetadataAddress", (options, value) => options.MetadataAddress = value),
        List("ValidIssuers", (options, values) => Replace(options.ValidIssuers, values)),
        Text("ValidIssuer", (options, value) => Replace(options.ValidIssuers, [value])),
        Text("Audience", (options, value) => options.Audience = value),
        List("Audiences", (options, values) => Replace(options.Audiences, values)),
        Flag("verify-token-audience", (options, value) => options.VerifyTokenAudience = value),
        List("Algorithms", (options, values) => Replace(options.Algorithms, values)),
        Time("ClockSkew", (options, value) => options.ClockSkew = value),
        Number("MaximumTokenSize", (options, value) => options.MaximumTokenSize = value),
        Number("VerifiedTokenCacheSize", (options, value) => options.VerifiedTokenCacheSize = value),
        Choice<SslRequired>("ssl-required", (options, value) => options.SslRequired = value),
        Flag("RequireHttpsMetadata", (options, value) => options.RequireHttpsMetadata = value),
        new("QueryTokenPaths", (options, section) => QueryTokenPaths(options, section)),
        Text("BackchannelHttpClientName", (options, value) => options.BackchannelHttpClientName = value),
        Time("BackchannelTimeout", (options, value) => options.BackchannelTimeout = value),
        Time("KeysRefreshInterval", (options, value) => options.KeysRefreshInterval = value),
        Time("public-key-cache-ttl", (options, value) => options.KeysRefreshInterval = value),
        Time("UnknownKeyCooldown", (options, value) => options.UnknownKeyCooldown = value),
        Time("min-time-between-jwks-requests", (options, value) => options.UnknownKeyCooldown = value),
        Time("KeysMaximumAge", (options, value) => options.KeysMaximumAge = value),
        List("LoginClients", (options, values) => Replace(options.LoginClients, values)),
        Group(
            "Revocation",
            shorthand: null,
            Time("Lifetime", (options, value) => options.Revocation.Lifetime = value),
            Time("EndedSessionLifetime", (options, value) => options.Revocation.EndedSessionLifetime = value),
            Number("Capacity", (options, value) => options.Revocation.Capacity = value)),
        Group(
            "Events",
            shorthand: null,
            Time("PollInterval", (options, value) => Events(options).PollInterval = value),
            Time("Overlap", (options, value) => Events(options).Overlap = value),
            Time("MaxSilence", (options, value) => Events(options).MaxSilence = value),
            Text("AdminAddress", (options, value) => Events(options).AdminAddress = value)),
        Text("principal-attribute", (options, value) => options.Claims.NameClaimType = value),
        Text("NameClaimType", (options, value) => options.Claims.NameClaimType = value),
        Text("RoleClaimType", (options, value) => options.Claims.RoleClaimType = value),
        Flag("use-resource-role-mappings", (options, value) => (options.Claims.RealmRoles, options.Claims.ClientRoles) = (!value, value)),
        Flag("RealmRoles", (options, value) => options.Claims.RealmRoles = value),
        Flag("ClientRoles", (options, value) => options.Claims.ClientRoles = value),
        new("RoleClients", (options, section) => RoleClients(options, section)),
        List("RoleClaims", (options, values) => Replace(options.Claims.RoleClaims, values)),
        List("AcrLevels", (options, values) => Replace(options.AcrLevels, values)),
        Flag("MapInboundClaims", (options, value) => options.MapInboundClaims = value),
        Flag("SaveToken", (options, value) => options.SaveToken = value),
        Text("ChallengeRealm", (options, value) => options.ChallengeRealm = value),
        Flag("ProblemDetails", (options, value) => options.ProblemDetails = value),
        new("credentials", CredentialsSection.Read),
        Group(
            "Introspection",
            shorthand: "Mode",
            Choice<IntrospectionMode>("Mode", (options, value) => options.Introspection.Mode = value),
            Time("Freshness", (options, value) => options.Introspection.Freshness = value),
            Time("StaleIfError", (options, value) => options.Introspection.StaleIfError = value),
            Time("Timeout", (options, value) => options.Introspection.Timeout = value),
            Number("MaximumInFlight", (options, value) => options.Introspection.MaximumInFlight = value),
            Number("MaximumTokens", (options, value) => options.Introspection.MaximumTokens = value),
            Flag("RefreshRoles", (options, value) => options.Introspection.RefreshRoles = value)),
        Group(
            "Dpop",
            shorthand: "Mode",
            Choice<DpopMode>("Mode", (options, value) => options.Dpop.Mode = value),
            Choice<DpopNonceMode>("Nonce", (options, value) => options.Dpop.Nonce = value),
            Text("NonceKey", (options, value) => options.Dpop.NonceKey = value),
            Time("ProofAge", (options, value) => options.Dpop.ProofAge = value),
            Time("ProofAhead", (options, value) => options.Dpop.ProofAhead = value),
            List("Algorithms", (options, values) => Replace(options.Dpop.Algorithms, values)),
            Number("ReplayCapacity", (options, value) => options.Dpop.ReplayCapacity = value),
            Choice<DpopStoreFailure>("OnStoreFailure", (options, value) => options.Dpop.OnStoreFailure = value)),
        Choice<KeycloakProfile>("Profile", (options, value) => options.Profile = value),
        Text("PublicUrl", (options, value) => options.PublicUrl = value),
        new("policy-enforcer", (options, section) => PolicyEnforcer(options, section)),
    ];

    /// <summary>Gets the keys of the adapter JSON that have no meaning for an API.</summary>
    public static IReadOnlyList<KeycloakConfigurationKey> WithoutMeaning { get; } =
    [
        .. new[]
        {
            "confidential-port", "public-client", "bearer-only", "autodetect-bearer-only", "enable-cors", "cors-max-age",
            "cors-allowed-methods", "cors-allowed-headers", "cors-exposed-headers", "expose-token", "connection-pool-size",
            "socket-timeout", "connection-timeout", "connection-ttl", "always-refresh-token", "register-node-at-startup",
            "register-node-period", "token-store", "token-cookie-path", "adapter-state-cookie-path",
            "turn-off-change-session-id-on-login", "token-minimum-time-to-live", "ignore-oauth-query-parameter", "redirect-rewrite-rules",
            "enable-pkce",
        }.Select(Ignored),
    ];

    /// <summary>Gets the keys of the adapter JSON, and of other libraries, that would silently lose their meaning.</summary>
    public static IReadOnlyList<KeycloakConfigurationKey> NotPossible { get; } =
    [
        Unsupported(
            "realm-public-key",
            "would pin one key and stop working when that key is rotated: remove it; the realm's keys are read from Keycloak"),
        Unsupported("ValidAudience", "is JwtBearer's name: set Audience instead"),
        Unsupported("ValidAudiences", "is JwtBearer's name: set Audiences instead"),
        Unsupported("AdditionalAudiences", "is another library's name: set Audiences instead, and include this API's own client id"),
        Unsupported("truststore", ConfigureHttpClient),
        Unsupported("truststore-password", ConfigureHttpClient),
        Unsupported("client-keystore", ConfigureHttpClient),
        Unsupported("client-keystore-password", ConfigureHttpClient),
        Unsupported("client-key-password", ConfigureHttpClient),
        Unsupported("proxy-url", ConfigureHttpClient),
        UnsupportedWhenTrue(
            "disable-trust-manager",
            "would accept any server as Keycloak: remove it, and add Keycloak's certificate to the trusted ones of this machine"),
        UnsupportedWhenTrue(
            "allow-any-hostname",
            "would accept any server as Keycloak: remove it, and give Keycloak a certificate for its host name"),
        UnsupportedWhenTrue(
            "enable-basic-auth",
            "is not supported: users enter passwords only on Keycloak's login page. Remove it"),
    ];

    /// <summary>Gets all keys.</summary>
    public static IReadOnlyList<KeycloakConfigurationKey> All { get; } = [.. Read, .. WithoutMeaning, .. NotPossible];

    private static void Replace(ICollection<string> list, IReadOnlyList<string> values)
    {
        list.Clear();
        foreach (var value in values)
        {
            list.Add(value);
        }
    }

    private static KeycloakEventsOptions Events(KeycloakBearerOptions options)
    {
        options.StoredEvents.IsConfigured = true;
        return options.StoredEvents;
    }

    private static string? QueryTokenPaths(KeycloakBearerOptions options, IConfigurationSection section) =>
        List("QueryTokenPaths", (_, values) =>
        {
            options.QueryTokenPaths.Clear();
            foreach (var value in values)
            {
                options.QueryTokenPaths.Add(value.StartsWith('/') ? value : '/' + value);
            }
        }).Apply(options, section);

    private static string? RoleClients(KeycloakBearerOptions options, IConfigurationSection section)
    {
        // A list of clients, or an object from client to prefix.
        foreach (var child in section.GetChildren())
        {
            var isListElement = int.TryParse(child.Key, out _);
            var value = child.Value ?? string.Empty;
            options.Claims.RoleClients[isListElement ? value : child.Key] = isListElement ? string.Empty : value;
        }

        return string.IsNullOrEmpty(section.Value)
            ? null
            : "is a single value, but a list of client ids, or an object from client id to prefix, is expected";
    }

    private static string? PolicyEnforcer(KeycloakBearerOptions options, IConfigurationSection section)
    {
        if (section.GetChildren().Any(child => !child.Key.Equals("credentials", StringComparison.OrdinalIgnoreCase)))
        {
            options.ConfigurationWarnings.Add(
                "policy-enforcer is set, but this version does not use Keycloak's Authorization Services: "
                + "protect the endpoints with policies such as 'scope:...' and 'client-role:...'.");
        }

        return null;
    }
}
