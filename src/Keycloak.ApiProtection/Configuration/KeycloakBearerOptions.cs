using Keycloak.ApiProtection.Realms;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>What an API asks of the access tokens of one Keycloak realm.</summary>
/// <remarks>
/// Bound to the section <c>Keycloak</c>, in the spelling of Keycloak's own adapter JSON or in PascalCase, and checked when
/// the application starts. Names follow JwtBearer wherever the meaning is the same. Read once: a change needs a restart.
/// </remarks>
public sealed class KeycloakBearerOptions : AuthenticationSchemeOptions
{
    /// <summary>Makes options that refuse by default: a realm and an audience must be named.</summary>
    public KeycloakBearerOptions() => Events = new KeycloakBearerEvents();

    /// <summary>Gets or sets Keycloak's base URL (<c>auth-server-url</c>), such as <c>https://login.example.com</c>; up to Keycloak 16 it ends in <c>/auth</c>.</summary>
    /// <value>Null by default: then <see cref="Authority"/> is needed.</value>
    public string? AuthServerUrl { get; set; }

    /// <summary>Gets or sets the realm's name (<c>realm</c>).</summary>
    /// <value>Null by default: then <see cref="Authority"/> is needed.</value>
    public string? Realm { get; set; }

    /// <summary>Gets or sets the realm's URL, which is its issuer: <c>https://login.example.com/realms/demo</c>. Instead of <see cref="AuthServerUrl"/> and <see cref="Realm"/>.</summary>
    /// <value>Null by default: then it is made of those two.</value>
    public string? Authority { get; set; }

    /// <summary>Gets or sets where this API reads the discovery document: Keycloak's backend URL, where it differs from what browsers use.</summary>
    /// <value>Null by default: <c>{Authority}/.well-known/openid-configuration</c>.</value>
    public string? MetadataAddress { get; set; }

    /// <summary>Gets the issuers whose tokens are accepted, compared letter by letter: Keycloak's frontend URL, where it differs; several during a migration.</summary>
    /// <value>Empty by default: then <see cref="Authority"/> is the only one.</value>
    public IList<string> ValidIssuers { get; } = [];

    /// <summary>Gets or sets this API's own client id in Keycloak (<c>resource</c>): the expected audience, and the owner of "own" client roles.</summary>
    /// <value>Null by default: then <see cref="Audience"/> or <see cref="Audiences"/> is needed, and there are no own client roles.</value>
    public string? Resource { get; set; }

    /// <summary>Gets or sets the one audience that a token must name.</summary>
    /// <value>Null by default: then <see cref="Audiences"/> count, and if there are none, <see cref="Resource"/>.</value>
    public string? Audience { get; set; }

    /// <summary>Gets the audiences, one of which a token must name (RFC 9068 section 4).</summary>
    /// <value>Empty by default.</value>
    public IList<string> Audiences { get; } = [];

    /// <summary>Gets or sets whether the audience is checked (<c>verify-token-audience</c>).</summary>
    /// <value>True by default. False accepts every access token of the realm, whomever it was meant for; a warning at start says so.</value>
    public bool VerifyTokenAudience { get; set; } = true;

    /// <summary>Gets the algorithms that may have signed a token (<c>alg</c>).</summary>
    /// <value>Empty by default: all of <see cref="KeycloakBearerDefaults.Algorithms"/>. HS*, <c>none</c> and EdDSA cannot be added.</value>
    public IList<string> Algorithms { get; } = [];

    /// <summary>Gets or sets how far the clocks of this machine and of Keycloak may differ, for <c>exp</c>, <c>nbf</c> and <c>iat</c>.</summary>
    /// <value>30 seconds by default; zero to 5 minutes.</value>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the longest token that is looked at, in characters.</summary>
    /// <value>16,384 by default; 512 to 1,048,576. The web server limits headers too: Kestrel to 32 KiB together.</value>
    public int MaximumTokenSize { get; set; } = 16 * 1024;

    /// <summary>Gets or sets how many verified tokens are remembered, so that a token that comes again is compared and not verified again.</summary>
    /// <value>
    /// 16,384 by default, about 2 KB each; 0 to 4,194,304. Zero: every request pays a signature check. Time, keys, revocations and
    /// permissions are looked at for every request all the same.
    /// </value>
    public int VerifiedTokenCacheSize { get; set; } = 16 * 1024;

    /// <summary>Gets or sets where HTTPS is required on the way to Keycloak (<c>ssl-required</c>).</summary>
    /// <value><see cref="SslRequired.External"/> by default: everywhere but on this machine.</value>
    public SslRequired SslRequired { get; set; }

    /// <summary>Gets or sets whether HTTPS is required on the way to Keycloak, in JwtBearer's word for it.</summary>
    /// <value>True by default. False is <see cref="SslRequired.None"/>.</value>
    public bool RequireHttpsMetadata
    {
        get => SslRequired != SslRequired.None;
        set => SslRequired = value ? (SslRequired == SslRequired.None ? SslRequired.External : SslRequired) : SslRequired.None;
    }

    /// <summary>
    /// Gets the paths on which a token is also taken from the query parameter <c>access_token</c> (RFC 6750 section 2.3): for
    /// WebSockets and server-sent events, whose browser APIs cannot set a header. A path covers what is below it.
    /// </summary>
    /// <value>Empty by default: never. URLs end up in logs, so name only the paths that need it.</value>
    public IList<PathString> QueryTokenPaths { get; } = [];

    /// <summary>Gets or sets the name under which <see cref="IHttpClientFactory"/> knows the client that talks to Keycloak.</summary>
    /// <value><see cref="KeycloakBearerDefaults.BackchannelHttpClientName"/> by default. Configure it with <c>services.AddHttpClient(name)</c>.</value>
    /// <remarks>
    /// A primary handler of the application does not follow redirects either: <c>AllowAutoRedirect</c> of .NET's own handlers is set to false.
    /// A handler of another type must not follow redirects itself. The default client does not log its requests;
    /// <c>services.AddHttpClient(name).AddDefaultLogger()</c> after <c>AddKeycloakBearer</c> changes that. A client with another name logs
    /// them unless the application calls <c>RemoveAllLoggers()</c>.
    /// </remarks>
    public string BackchannelHttpClientName { get; set; } = KeycloakBearerDefaults.BackchannelHttpClientName;

    /// <summary>Gets or sets how long one answer of Keycloak may take.</summary>
    /// <value>5 seconds by default; 100 milliseconds to 2 minutes.</value>
    public TimeSpan BackchannelTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how old the realm's keys may become before they are read again, in the background (<c>public-key-cache-ttl</c>, in seconds there).</summary>
    /// <value>5 minutes by default; 1 second to 1 day. A key that Keycloak no longer lists stops within this time.</value>
    public TimeSpan KeysRefreshInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets the shortest time between two readings that tokens with an unknown key cause (<c>min-time-between-jwks-requests</c>, in seconds there).</summary>
    /// <value>5 seconds by default; 1 second to 5 minutes. A request with such a token waits at most that long.</value>
    public TimeSpan UnknownKeyCooldown { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how long the keys that were read last serve while Keycloak is out of reach.</summary>
    /// <value>24 hours by default; not less than <see cref="KeysRefreshInterval"/>, at most 30 days. After it: 503.</value>
    public TimeSpan KeysMaximumAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Gets the clients whose users log in elsewhere and bring their tokens here: Keycloak may tell this API of their logouts, and push to
    /// their admin URLs, with <c>app.MapKeycloakEndpoints()</c>. Keycloak sends a logout only to a client that takes part in the session, which
    /// an API never does: so it is the login clients' "Backchannel logout URL" that points here.
    /// </summary>
    /// <value>Empty by default. Needed by <c>MapKeycloakEndpoints()</c>. <see cref="Resource"/> counts as well.</value>
    public IList<string> LoginClients { get; } = [];

    /// <summary>Gets or sets how long a revocation is kept: as long as the longest-lived access token of the realm lives.</summary>
    /// <value>1 hour by default; 1 minute to 30 days. A token that lives longer causes a warning, once: it would come to life again.</value>
    public TimeSpan RevocationLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets or sets how long a back-channel logout keeps rejecting the client's tokens of the ended session, however young they are.
    /// </summary>
    /// <value>
    /// 10 hours by default, Keycloak's default for SSO Session Max; at most 30 days. Zero: only tokens that were issued until the logout are
    /// rejected. Up to <see cref="RevocationCapacity"/> ended sessions are kept.
    /// </value>
    /// <remarks>
    /// <para>Keycloak 26 can lose the end of a session after it has sent the logout (keycloak/keycloak issue 51127). The session's refresh token
    /// then still gets new tokens.</para>
    /// <para>The disadvantage: after a consent was withdrawn and given again in the same session, the user must log in again. Tokens with the
    /// scope <c>offline_access</c> are not covered, unless the logout token says that the offline session ended, too.</para>
    /// </remarks>
    public TimeSpan EndedSessionLifetime { get; set; } = TimeSpan.FromHours(10);

    /// <summary>Gets or sets how many revocations are told apart, at some 100 bytes each. When there are more, the oldest become a watermark: every token as old as they is refused.</summary>
    /// <value>100,000 by default; 100 to 10,000,000.</value>
    public int RevocationCapacity { get; set; } = 100_000;

    /// <summary>Gets or sets whose tokens Keycloak is asked about, after they were found good here (RFC 7662). It needs <see cref="Credentials"/>.</summary>
    /// <value>Null by default: <see cref="IntrospectionMode.LightweightOnly"/> where <see cref="Credentials"/> are set, else <see cref="IntrospectionMode.Never"/>.</value>
    public IntrospectionMode? Introspection { get; set; }

    /// <summary>Gets or sets how old Keycloak's last "active" may be before a request waits for a new one. A token in use is asked about ahead, in the background.</summary>
    /// <value>30 seconds by default; zero asks for every request; at most 1 hour. An endpoint may want it fresher: <c>[RequireActiveToken(MaxAgeSeconds = 5)]</c>.</value>
    /// <remarks>
    /// Keycloak 26 can lose the end of a session that it is asked about at that moment (keycloak/keycloak issue 51127): some seconds make that rare, zero does
    /// not. What Keycloak tells of by back-channel logout stays refused either way.
    /// </remarks>
    public TimeSpan Freshness { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how much longer than <see cref="Freshness"/> the last "active" counts while Keycloak cannot answer: availability
    /// bought with revoked tokens that still work. Each use is counted, and logged.
    /// </summary>
    /// <value>Zero by default: then 503. At most 1 day, and never beyond the token's <c>exp</c>. Not for endpoints that set an age of their own.</value>
    public TimeSpan AllowStaleFor { get; set; }

    /// <summary>Gets or sets how long a question to Keycloak's introspection endpoint may take, waiting for its turn included.</summary>
    /// <value>Null by default: <see cref="BackchannelTimeout"/>. 100 milliseconds to 2 minutes.</value>
    public TimeSpan? IntrospectionTimeout { get; set; }

    /// <summary>Gets or sets how many questions may be on their way to Keycloak at the same time; further ones wait.</summary>
    /// <value>64 by default; 1 to 10,000.</value>
    public int MaximumIntrospectionsInFlight { get; set; } = 64;

    /// <summary>Gets or sets how many tokens' answers are remembered. Those longest not used go first, and are asked about again.</summary>
    /// <value>
    /// 50,000 by default; 100 to 10,000,000. Their memory is bounded too, to 4 KB each on average: 200 MB by default. An answer that changes nothing counts
    /// 300 bytes; one with claims of its own (of a lightweight token, or with other roles) counts four times their JSON besides.
    /// </value>
    public int MaximumIntrospectedTokens { get; set; } = 50_000;

    /// <summary>Gets or sets whether the roles, scopes, groups and organizations in Keycloak's answer replace those in the token.</summary>
    /// <value>
    /// True by default: a role that was taken away stops working within <see cref="Freshness"/>, one that was given works as soon. The token stays the limit: a claim
    /// that it lacks is not added, nor are scopes, and of clients that its <c>resource_access</c> does not name only <see cref="Resource"/>'s roles are taken.
    /// </value>
    public bool CurrentRoles { get; set; } = true;

    /// <summary>Gets with what this API shows Keycloak that it is the client <see cref="Resource"/> (<c>credentials</c>).</summary>
    public KeycloakClientCredentials Credentials { get; } = new();

    /// <summary>Gets which claims and roles the principal has.</summary>
    public KeycloakClaimsOptions Claims { get; } = new();

    /// <summary>Gets or sets whether the long names of JwtBearer's claim mapping are added (<c>sub</c> also as <c>ClaimTypes.NameIdentifier</c>, ...).</summary>
    /// <value>False by default: claims keep the names that they have in the token.</value>
    public bool MapInboundClaims
    {
        get => Claims.MapInboundClaims;
        set => Claims.MapInboundClaims = value;
    }

    /// <summary>Gets or sets whether the token is kept for <c>HttpContext.GetTokenAsync("access_token")</c>.</summary>
    /// <value>False by default, other than in JwtBearer: it costs every request a copy of the token.</value>
    public bool SaveToken { get; set; }

    /// <summary>Gets or sets the <c>realm</c> that a 401's <c>WWW-Authenticate</c> names (RFC 9110 section 11.5).</summary>
    /// <value>Null by default: the Keycloak realm's name. Printable ASCII without quote and backslash.</value>
    public string? ChallengeRealm { get; set; }

    /// <summary>Gets or sets whether 400, 401, 403 and 503 also carry a problem-details body (RFC 9457).</summary>
    /// <value>False by default: the headers say it all.</value>
    public bool ProblemDetails { get; set; }

    /// <summary>Gets or sets what the application wants to be asked or told while a request is authenticated.</summary>
    /// <value>An instance that does nothing by default. <see cref="AuthenticationSchemeOptions.EventsType"/> names a type to be taken from DI instead.</value>
    public new KeycloakBearerEvents Events
    {
        get => (KeycloakBearerEvents)base.Events!;
        set => base.Events = value;
    }

    /// <summary>What the configuration section says that cannot be; reported with everything else when the options are validated.</summary>
    internal List<string> ConfigurationProblems { get; } = [];

    /// <summary>What is worth a warning at start, though it was asked for.</summary>
    internal List<string> ConfigurationWarnings { get; } = [];

    /// <summary><see cref="Introspection"/>, as set or as it follows from the rest.</summary>
    internal IntrospectionMode EffectiveIntrospection =>
        Introspection ?? (Credentials.AreSet ? IntrospectionMode.LightweightOnly : IntrospectionMode.Never);
}
