namespace Keycloak.ApiProtection.Realms;

/// <summary>The options that reading a realm's keys depends on. Immutable; every value has passed the options' validation.</summary>
internal sealed record RealmSettings
{
    /// <summary>The name of the authentication scheme, for the log.</summary>
    public required string SchemeName { get; init; }

    /// <summary>The address of the discovery document as this API reaches it, which may differ from the address for browsers.</summary>
    public required Uri MetadataAddress { get; init; }

    /// <summary>The issuers whose tokens are accepted; the discovery document must name one of them.</summary>
    public required IReadOnlyList<string> ValidIssuers { get; init; }

    /// <summary>Whether keys are read over HTTPS only. True by default.</summary>
    public bool RequireHttps { get; init; } = true;

    /// <summary>Whether loopback addresses may use HTTP although <see cref="RequireHttps"/> is true. False by default.</summary>
    public bool LoopbackWithoutHttps { get; init; }

    /// <summary>
    /// The name of the back-channel client in <see cref="IHttpClientFactory"/> (see <see cref="RealmDocuments.CreateHandler"/>).
    /// </summary>
    public string HttpClientName { get; init; } = "Keycloak.ApiProtection";

    /// <summary>The time limit for one document, from the first byte sent to the last byte received. 5 seconds by default.</summary>
    public TimeSpan BackchannelTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The age at which keys are read again in the background. 5 minutes by default, varied randomly by up to 10 %.
    /// </summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The minimum time between two refreshes that unknown keys cause. 5 seconds by default.</summary>
    public TimeSpan UnknownKeyCooldown { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long keys are used while Keycloak cannot be reached. 24 hours by default.</summary>
    public TimeSpan MaximumAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// The tolerated difference between Keycloak's clock and ours, for the decision whether a token is older than the cached keys.
    /// 30 seconds by default.
    /// </summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many requests with access tokens may wait for keys at the same time. As many requests with notifications may wait in addition.
    /// Further requests get 503 with <c>Retry-After</c>. 1,000 by default.
    /// </summary>
    public int MaximumWaiters { get; init; } = 1000;

    /// <summary>Whether an address is rejected because it is not HTTPS.</summary>
    public bool LacksHttps(Uri address) =>
        RequireHttps && address.Scheme != Uri.UriSchemeHttps && !(LoopbackWithoutHttps && address.IsLoopback);
}
