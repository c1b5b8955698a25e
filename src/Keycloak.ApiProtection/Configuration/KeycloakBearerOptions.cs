using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>Options for <c>AddKeycloakBearer()</c>: what an API requires of the access tokens of one Keycloak realm.</summary>
/// <remarks>
/// The options are bound to the configuration section <c>Keycloak</c>. The section accepts the keys of Keycloak's own adapter JSON and
/// the same keys in PascalCase. The options are validated when the application starts. Names follow JwtBearer where the meaning is the
/// same. The options are read once: a change takes effect after a restart.
/// </remarks>
public sealed class KeycloakBearerOptions : AuthenticationSchemeOptions
{
    /// <summary>
    /// Initializes a new instance of the <see cref="KeycloakBearerOptions"/> class, which is not valid until a
    /// realm and an audience are set.
    /// </summary>
    public KeycloakBearerOptions() => Events = new KeycloakBearerEvents();

    /// <summary>
    /// Gets or sets Keycloak's base URL (<c>auth-server-url</c>), such as <c>https://login.example.com</c>. Up to Keycloak
    /// 16 it ends in <c>/auth</c>.
    /// </summary>
    /// <value>The default is <see langword="null"/>. If it is <see langword="null"/>, <see cref="Authority"/> is required.</value>
    public string? AuthServerUrl { get; set; }

    /// <summary>Gets or sets the name of the realm (<c>realm</c>).</summary>
    /// <value>The default is <see langword="null"/>. If it is <see langword="null"/>, <see cref="Authority"/> is required.</value>
    public string? Realm { get; set; }

    /// <summary>
    /// Gets or sets the URL of the realm, which is also its issuer, such as <c>https://login.example.com/realms/demo</c>. It is used
    /// instead of <see cref="AuthServerUrl"/> and <see cref="Realm"/>.
    /// </summary>
    /// <value>
    /// The default is <see langword="null"/>. If it is <see langword="null"/>, the URL is made from
    /// <see cref="AuthServerUrl"/> and <see cref="Realm"/>.
    /// </value>
    public string? Authority { get; set; }

    /// <summary>
    /// Gets or sets the URL of the discovery document. Set it if this API reaches Keycloak under another URL (Keycloak's
    /// backend URL) than browsers do.
    /// </summary>
    /// <value>The default is <see langword="null"/>, which means <c>{Authority}/.well-known/openid-configuration</c>.</value>
    public string? MetadataAddress { get; set; }

    /// <summary>
    /// Gets the issuers whose tokens are accepted. They are compared character by character. Set them if Keycloak's frontend URL is not
    /// <see cref="Authority"/>, or to accept several issuers during a migration.
    /// </summary>
    /// <value>Empty by default, which means that <see cref="Authority"/> is the only issuer.</value>
    public IList<string> ValidIssuers { get; } = [];

    /// <summary>
    /// Gets or sets this API's own client id in Keycloak (<c>resource</c>). It is the expected audience, and the client whose roles are
    /// this API's own client roles.
    /// </summary>
    /// <value>
    /// The default is <see langword="null"/>. If it is <see langword="null"/>, <see cref="Audience"/> or <see cref="Audiences"/> is
    /// required, and there are no own client roles.
    /// </value>
    public string? Resource { get; set; }

    /// <summary>Gets or sets the audience that a token must have.</summary>
    /// <value>
    /// The default is <see langword="null"/>. If it is <see langword="null"/>, <see cref="Audiences"/> applies. If that is empty too,
    /// <see cref="Resource"/> is the expected audience.
    /// </value>
    public string? Audience { get; set; }

    /// <summary>Gets the accepted audiences. A token must have at least one of them (RFC 9068 section 4).</summary>
    /// <value>Empty by default.</value>
    public IList<string> Audiences { get; } = [];

    /// <summary>Gets or sets a value that indicates whether the audience is verified (<c>verify-token-audience</c>).</summary>
    /// <value>
    /// The default is <see langword="true"/>. If it is <see langword="false"/>, every access token of the realm is accepted, also one for
    /// another API, and a warning is logged at start.
    /// </value>
    public bool VerifyTokenAudience { get; set; } = true;

    /// <summary>Gets the accepted signature algorithms (<c>alg</c>).</summary>
    /// <value>
    /// Empty by default, which means all of <see cref="KeycloakBearerDefaults.Algorithms"/>. HS*, <c>none</c> and EdDSA are not possible.
    /// </value>
    public IList<string> Algorithms { get; } = [];

    /// <summary>
    /// Gets or sets the accepted difference between the clocks of this machine and of Keycloak. It applies to <c>exp</c>,
    /// <c>nbf</c> and <c>iat</c>, and to <c>auth_time</c> where an endpoint limits the age of the login.
    /// </summary>
    /// <value>The default is 30 seconds. The range is zero to 5 minutes.</value>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the maximum length of a token, in characters. Longer tokens are rejected.</summary>
    /// <value>
    /// The default is 16,384. The range is 512 to 1,048,576. The web server limits the size of headers, too: Kestrel to 32 KiB for
    /// all headers of a request.
    /// </value>
    public int MaximumTokenSize { get; set; } = 16 * 1024;

    /// <summary>
    /// Gets or sets the maximum number of verified tokens that are cached. A cached token is compared, and its
    /// signature is not verified again.
    /// </summary>
    /// <value>
    /// The default is 16,384 tokens, at about 2 KB each. The range is 0 to 4,194,304. If it is zero, the signature is verified for every
    /// request. Times, keys, revocations and permissions are checked for every request in any case.
    /// </value>
    public int VerifiedTokenCacheSize { get; set; } = 16 * 1024;

    /// <summary>Gets or sets where HTTPS is required for requests to Keycloak (<c>ssl-required</c>).</summary>
    /// <value>The default is <see cref="SslRequired.External"/>: HTTPS is required except on this machine.</value>
    public SslRequired SslRequired { get; set; }

    /// <summary>
    /// Gets or sets a value that indicates whether HTTPS is required for requests to Keycloak. This is JwtBearer's name for
    /// <see cref="SslRequired"/>.
    /// </summary>
    /// <value>The default is <see langword="true"/>. <see langword="false"/> is the same as <see cref="SslRequired.None"/>.</value>
    public bool RequireHttpsMetadata
    {
        get => SslRequired != SslRequired.None;
        set => SslRequired = value ? (SslRequired == SslRequired.None ? SslRequired.External : SslRequired) : SslRequired.None;
    }

    /// <summary>
    /// Gets the paths on which a token is also accepted in the query parameter <c>access_token</c> (RFC 6750 section 2.3). This is for
    /// WebSockets and server-sent events, because their browser APIs cannot set a header. A path includes the paths below it.
    /// </summary>
    /// <value>
    /// Empty by default, which means that a token in the query is never accepted. URLs are written to logs, so add only
    /// the paths that require it.
    /// </value>
    public IList<PathString> QueryTokenPaths { get; } = [];

    /// <summary>Gets or sets the name of the <see cref="HttpClient"/> that sends requests to Keycloak.</summary>
    /// <value>
    /// The default is <see cref="KeycloakBearerDefaults.BackchannelHttpClientName"/>. Configure the client with
    /// <c>services.AddHttpClient(name)</c>.
    /// </value>
    /// <remarks>
    /// The client does not follow redirects, also if the application sets the primary handler: <c>AllowAutoRedirect</c> of .NET's own
    /// handlers is set to <see langword="false"/>. A handler of another type must not follow redirects itself. The default client does
    /// not log its requests; <c>services.AddHttpClient(name).AddDefaultLogger()</c> after <c>AddKeycloakBearer</c> changes that. A client
    /// with another name logs its requests unless the application calls <c>RemoveAllLoggers()</c>.
    /// </remarks>
    public string BackchannelHttpClientName { get; set; } = KeycloakBearerDefaults.BackchannelHttpClientName;

    /// <summary>Gets or sets the time-out of a request to Keycloak.</summary>
    /// <value>The default is 5 seconds. The range is 100 milliseconds to 2 minutes.</value>
    public TimeSpan BackchannelTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets the age at which the realm's keys are read again, in the background (<c>public-key-cache-ttl</c>, where a
    /// plain number means seconds).
    /// </summary>
    /// <value>
    /// The default is 5 minutes. The range is 1 second to 1 day. A key that Keycloak no longer lists is no longer
    /// accepted after this time.
    /// </value>
    public TimeSpan KeysRefreshInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Gets or sets the minimum time between two key refreshes that tokens with an unknown key cause
    /// (<c>min-time-between-jwks-requests</c>, where a plain number means seconds).
    /// </summary>
    /// <value>
    /// The default is 5 seconds. The range is 1 second to 5 minutes. A request with such a token waits for at most this time.
    /// </value>
    public TimeSpan UnknownKeyCooldown { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how long the keys that were read last are used while Keycloak is unavailable.</summary>
    /// <value>
    /// The default is 24 hours. The range is <see cref="KeysRefreshInterval"/> to 30 days. After this time,
    /// requests with a token get 503.
    /// </value>
    public TimeSpan KeysMaximumAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Gets the clients in which users log in and which send their tokens to this API. For these clients, the endpoints of
    /// <c>app.MapKeycloakEndpoints()</c> accept Keycloak's logout notifications and the requests that Keycloak sends to admin URLs.
    /// </summary>
    /// <value>Empty by default. <c>MapKeycloakEndpoints()</c> requires it. <see cref="Resource"/> is always included.</value>
    /// <remarks>
    /// Keycloak sends a logout only to clients that take part in the session. An API never does. Therefore, set the "Backchannel logout
    /// URL" of the login clients to the URL of this API.
    /// </remarks>
    public IList<string> LoginClients { get; } = [];

    /// <summary>Gets the options of revocations: how long they are kept, and how many.</summary>
    public KeycloakRevocationOptions Revocation { get; } = new();

    /// <summary>
    /// Gets the options of <c>AddKeycloakEvents()</c>: how the events that Keycloak stores are read. The section <c>Events</c>.
    /// </summary>
    public KeycloakEventsOptions StoredEvents { get; } = new();

    /// <summary>
    /// Gets the options of introspection (RFC 7662): which tokens Keycloak is asked about after they were verified here, and how often.
    /// </summary>
    public KeycloakIntrospectionOptions Introspection { get; } = new();

    /// <summary>
    /// Gets the options for tokens that are bound to a client's key with DPoP (RFC 9449). Such tokens are checked without any option.
    /// </summary>
    public DpopOptions Dpop { get; } = new();

    /// <summary>
    /// Gets or sets the security profile that this API must conform to. It sets defaults, and settings that contradict it stop the start.
    /// </summary>
    /// <value>The default is <see cref="KeycloakProfile.None"/>.</value>
    public KeycloakProfile Profile { get; set; }

    /// <summary>
    /// Gets or sets the URL under which clients reach this API: scheme, host and the prefix of all paths, such as
    /// <c>https://api.example.com/orders</c>. DPoP proofs are compared with it (RFC 9449 section 4.3).
    /// </summary>
    /// <value>
    /// The default is <see langword="null"/>, which means the URL of the request after the forwarded-headers middleware. Set it behind a
    /// proxy that changes the host or the path, and where requests reach this API with a <c>Host</c> that the client chooses: a proof for
    /// another API could otherwise be used here.
    /// </value>
    public string? PublicUrl { get; set; }

    /// <summary>
    /// Gets the credentials with which this API authenticates to Keycloak as the client <see cref="Resource"/> (<c>credentials</c>).
    /// </summary>
    /// <value>No credentials are set by default.</value>
    public KeycloakClientCredentials Credentials { get; } = new();

    /// <summary>Gets the options that define which claims and roles the principal has.</summary>
    public KeycloakClaimsOptions Claims { get; } = new();

    /// <summary>
    /// Gets the authentication levels (<c>acr</c>) of the realm, lowest first (<c>acr-levels</c>), such as <c>["silver", "gold"]</c>.
    /// <c>acr:silver</c> is then also met by <c>gold</c> (RFC 9470). It is the list <see cref="KeycloakClaimsOptions.AcrLevels"/> of
    /// <see cref="Claims"/>.
    /// </summary>
    /// <value>
    /// Empty by default, which means that the level must be equal to a required one. A level that an endpoint requires must be in the
    /// list; otherwise the application does not start.
    /// </value>
    public IList<string> AcrLevels => Claims.AcrLevels;

    /// <summary>
    /// Gets or sets a value that indicates whether the long names of JwtBearer's claim mapping are added (<c>sub</c> also as
    /// <c>ClaimTypes.NameIdentifier</c>, ...).
    /// </summary>
    /// <value>The default is <see langword="false"/>: claims keep the names that they have in the token.</value>
    public bool MapInboundClaims
    {
        get => Claims.MapInboundClaims;
        set => Claims.MapInboundClaims = value;
    }

    /// <summary>
    /// Gets or sets a value that indicates whether the token is stored for <c>HttpContext.GetTokenAsync("access_token")</c>.
    /// </summary>
    /// <value>The default is <see langword="false"/>, unlike in JwtBearer, because it costs a copy of the token for every request.</value>
    public bool SaveToken { get; set; }

    /// <summary>Gets or sets the <c>realm</c> in the <c>WWW-Authenticate</c> header of a 401 response (RFC 9110 section 11.5).</summary>
    /// <value>
    /// The default is <see langword="null"/>, which means the name of the Keycloak realm. It must be printable ASCII without
    /// quotation marks and backslashes.
    /// </value>
    public string? ChallengeRealm { get; set; }

    /// <summary>
    /// Gets or sets a value that indicates whether 400, 401, 403 and 503 responses also have a problem-details body (RFC 9457).
    /// </summary>
    /// <value>The default is <see langword="false"/>: the headers contain all information.</value>
    public bool ProblemDetails { get; set; }

    /// <summary>Gets or sets the events that the application can handle while a request is authenticated.</summary>
    /// <value>
    /// The default is an instance that does nothing. Set <see cref="AuthenticationSchemeOptions.EventsType"/> to a type to get the
    /// instance from the service provider instead.
    /// </value>
    public new KeycloakBearerEvents Events
    {
        get => (KeycloakBearerEvents)base.Events!;
        set => base.Events = value;
    }

    /// <summary>Gets the problems of the configuration section. Validation reports them together with all other problems.</summary>
    internal List<string> ConfigurationProblems { get; } = [];

    /// <summary>Gets the settings that are valid, but for which a warning is logged at start.</summary>
    internal List<string> ConfigurationWarnings { get; } = [];

    /// <summary>
    /// Gets the value of <see cref="KeycloakIntrospectionOptions.Mode"/>, or the default that follows from <see cref="Credentials"/>.
    /// </summary>
    internal IntrospectionMode EffectiveIntrospection =>
        Introspection.Mode ?? (Credentials.AreSet ? IntrospectionMode.LightweightOnly : IntrospectionMode.Never);
}
