using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection;

/// <summary>Options of introspection (RFC 7662): the section <c>Introspection</c>.</summary>
/// <remarks>
/// In the configuration, the mode alone can be the value of the section: <c>"Introspection": "Always"</c>. The options are validated when
/// the application starts.
/// </remarks>
public sealed class KeycloakIntrospectionOptions
{
    /// <summary>
    /// Gets or sets which tokens are introspected (RFC 7662) after they were verified here. Introspection requires
    /// <see cref="KeycloakBearerOptions.Credentials"/>.
    /// </summary>
    /// <value>
    /// The default is <see langword="null"/>, which means <see cref="IntrospectionMode.LightweightOnly"/> if credentials are set, and
    /// <see cref="IntrospectionMode.Never"/> otherwise.
    /// </value>
    public IntrospectionMode? Mode { get; set; }

    /// <summary>
    /// Gets or sets the maximum age of Keycloak's last "active" response. If the response is older, the request waits for a new one. A
    /// token that is in use is introspected ahead of time, in the background.
    /// </summary>
    /// <value>
    /// The default is 30 seconds. The range is zero (introspect on every request) to 1 hour. An endpoint can require a lower age:
    /// <c>[RequireActiveToken(MaxAgeSeconds = 5)]</c>.
    /// </value>
    /// <remarks>
    /// Keycloak 26 can lose the end of a session that is introspected at the same moment (keycloak/keycloak issue 51127). With some
    /// seconds this is rare; with zero it is not. Sessions that Keycloak ended by back-channel logout stay rejected in both cases.
    /// </remarks>
    public TimeSpan Freshness { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how much longer than <see cref="Freshness"/> the last "active" response is used while Keycloak cannot respond. This
    /// improves availability, but revoked tokens are accepted for that time. Each use is counted and logged.
    /// </summary>
    /// <value>
    /// The default is zero, which means that such requests get 503. The maximum is 1 day, and never beyond the token's <c>exp</c>. It
    /// does not apply to endpoints that set their own maximum age.
    /// </value>
    public TimeSpan StaleIfError { get; set; }

    /// <summary>Gets or sets the time-out of an introspection request, including its time in the queue.</summary>
    /// <value>
    /// The default is <see langword="null"/>, which means <see cref="KeycloakBearerOptions.BackchannelTimeout"/>. The range is
    /// 100 milliseconds to 2 minutes.
    /// </value>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Gets or sets the maximum number of concurrent introspection requests. Further requests wait in a queue.</summary>
    /// <value>The default is 64. The range is 1 to 10,000.</value>
    public int MaximumInFlight { get; set; } = 64;

    /// <summary>
    /// Gets or sets the maximum number of tokens whose introspection responses are cached. The least recently used ones are evicted first
    /// and are introspected again.
    /// </summary>
    /// <value>
    /// The default is 50,000. The range is 100 to 10,000,000. Their memory is limited, too, to 4 KB each on average: 200 MB by default. A
    /// response that changes nothing counts 300 bytes. A response with claims of its own (for a lightweight token, or with other roles)
    /// additionally counts four times the size of their JSON.
    /// </value>
    public int MaximumTokens { get; set; } = 50_000;

    /// <summary>
    /// Gets or sets a value that indicates whether the roles, scopes, groups and organizations in the introspection response
    /// replace those in the token.
    /// </summary>
    /// <value>
    /// The default is <see langword="true"/>: a role that was removed or added in Keycloak takes effect within <see cref="Freshness"/>.
    /// The token is the limit: a claim that the token does not have is not added, and scopes are not added. From clients that are not in
    /// the token's <c>resource_access</c>, only the roles of <see cref="KeycloakBearerOptions.Resource"/> are added.
    /// </value>
    public bool RefreshRoles { get; set; } = true;
}
