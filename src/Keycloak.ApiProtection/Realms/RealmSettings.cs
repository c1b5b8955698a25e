namespace Keycloak.ApiProtection.Realms;

/// <summary>What a realm's keys need to know of the options. Immutable; the options' validation has seen every value.</summary>
internal sealed record RealmSettings
{
    /// <summary>The authentication scheme, for the log.</summary>
    public required string SchemeName { get; init; }

    /// <summary>Where the discovery document is: as the API reaches Keycloak, which may differ from how browsers do.</summary>
    public required Uri MetadataAddress { get; init; }

    /// <summary>The issuers whose tokens are accepted; the discovery document must name one of them.</summary>
    public required IReadOnlyList<string> ValidIssuers { get; init; }

    /// <summary>Whether keys may come over HTTPS only. True by default.</summary>
    public bool RequireHttps { get; init; } = true;

    /// <summary>Whether addresses of this machine may do without HTTPS though <see cref="RequireHttps"/>. False by default.</summary>
    public bool LoopbackWithoutHttps { get; init; }

    /// <summary>
    /// The name under which <see cref="IHttpClientFactory"/> knows the back-channel client (see <see
    /// cref="RealmDocuments.CreateHandler"/>).
    /// </summary>
    public string HttpClientName { get; init; } = "Keycloak.ApiProtection";

    /// <summary>How long one document may take, from the first byte sent to the last received. 5 seconds by default.</summary>
    public TimeSpan BackchannelTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How old keys may become before they are read again, in the background. 5 minutes by default, give or take a tenth.
    /// </summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The least time between two refreshes that unknown keys cause. 5 seconds by default.</summary>
    public TimeSpan UnknownKeyCooldown { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long keys serve while Keycloak cannot be reached. 24 hours by default.</summary>
    public TimeSpan MaximumAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How far Keycloak's clock and ours may differ when it is decided whether a token is older than the keys we hold. 30 seconds by
    /// default.
    /// </summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many requests may wait for keys at the same time, with access tokens, and beside them as many with notifications; those beyond
    /// are told to come again. 1,000 by default.
    /// </summary>
    public int MaximumWaiters { get; init; } = 1000;

    /// <summary>Whether an address is refused because it is not HTTPS.</summary>
    public bool LacksHttps(Uri address) =>
        RequireHttps && address.Scheme != Uri.UriSchemeHttps && !(LoopbackWithoutHttps && address.IsLoopback);
}
