using System.Collections.Concurrent;
using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Configuration;
using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Verified;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>Completes a scheme's options: what follows from other settings, and the verifier that decides by them.</summary>
internal sealed class KeycloakBearerPostConfigureOptions(
    IHttpClientFactory httpClients,
    TimeProvider time,
    ILoggerFactory loggers,
    KeycloakMetrics metrics,
    IntrospectionMetrics introspectionMetrics,
    SchemeRevocations revocations,
    IServiceProvider services)
    : IPostConfigureOptions<KeycloakBearerOptions>, IDisposable
{
    private readonly ConcurrentDictionary<string, RealmKeys> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Introspector> _introspectors = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public void PostConfigure(string? name, KeycloakBearerOptions options)
    {
        options.TimeProvider ??= time;
        options.Claims.ClientId ??= options.Resource;
        options.ChallengeRealm ??= new string([.. KeycloakAddress.RealmName(options).Where(letter => letter is >= ' ' and <= '~' and not '"' and not '\\')]);
        options.Revocations = new Lazy<KeycloakRevocations>(() => revocations.Open(name!, options));
        options.Verifier = new Lazy<AccessTokenVerifier>(() => Build(name!, options));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var introspector in _introspectors.Values)
        {
            introspector.Dispose();
        }

        foreach (var keys in _keys.Values)
        {
            keys.Dispose();
        }
    }

    // Only asked for after the options were found valid.
    private AccessTokenVerifier Build(string scheme, KeycloakBearerOptions options)
    {
        var issuers = options.ValidIssuers.Count > 0 ? options.ValidIssuers.ToArray() : [KeycloakAddress.Issuer(options)!];
        var audiences = options.Audiences.Concat(options.Audience is { } audience ? [audience] : []).ToArray();
        var algorithms = options.Algorithms.Count > 0 ? options.Algorithms.AsReadOnly() : KeycloakBearerDefaults.Algorithms;
        var realm = new RealmSettings
        {
            SchemeName = scheme,
            MetadataAddress = new Uri(KeycloakAddress.Metadata(options)!),
            ValidIssuers = KeycloakAddress.DiscoveryIssuers(options, issuers),
            RequireHttps = options.SslRequired != SslRequired.None,
            LoopbackWithoutHttps = options.SslRequired == SslRequired.External,
            HttpClientName = options.BackchannelHttpClientName,
            BackchannelTimeout = options.BackchannelTimeout,
            RefreshInterval = options.KeysRefreshInterval,
            UnknownKeyCooldown = options.UnknownKeyCooldown,
            MaximumAge = options.KeysMaximumAge,
            ClockSkew = options.ClockSkew,
        };
        var keys = new RealmKeys(realm, httpClients, options.TimeProvider!, loggers.CreateLogger<RealmKeys>());
        var previous = _keys.GetValueOrDefault(scheme);
        _keys[scheme] = keys;
        previous?.Dispose();
        var policy = new TokenPolicy
        {
            MaximumSize = options.MaximumTokenSize,
            Algorithms = [.. algorithms.Select(algorithm => SigningAlgorithm.TryGet(algorithm, out var known) ? known : null).OfType<SigningAlgorithm>()],
            Issuers = issuers,
            Audiences = !options.VerifyTokenAudience ? null : audiences.Length > 0 ? audiences : [options.Resource!],
            ClockSkew = options.ClockSkew,
            IntrospectsLightweight = options.EffectiveIntrospection != IntrospectionMode.Never,
            Claims = options.Claims,

            // Asked for late: the schemes need these options.
            OtherScheme = issuer => services.GetRequiredService<KeycloakSchemes>().OtherThatTrusts(issuer, scheme),
        };
        options.Introspector = options.Credentials.AreSet ? Build(options, realm, policy, keys) : null;
        var counts = metrics.VerifiedTokens(scheme);
        return new AccessTokenVerifier(
            policy,
            keys,
            options.TimeProvider!,
            counts,
            options.VerifiedTokenCacheSize == 0 ? null : new VerifiedTokens(options.VerifiedTokenCacheSize, options.ClockSkew, options.TimeProvider!, counts));
    }

    private Introspector Build(KeycloakBearerOptions options, RealmSettings realm, TokenPolicy policy, RealmKeys keys)
    {
        var introspector = new Introspector(
            new IntrospectionSettings
            {
                Realm = realm,
                Mode = options.EffectiveIntrospection,
                ClientId = options.Resource!,
                TokenIssuers = policy.Issuers,
                Audiences = policy.Audiences,
                Claims = options.Claims,
                Freshness = options.Freshness,
                AllowStaleFor = options.AllowStaleFor,
                Timeout = options.IntrospectionTimeout ?? options.BackchannelTimeout,
                ClockSkew = options.ClockSkew,
                MaximumInFlight = options.MaximumIntrospectionsInFlight,
                MaximumTokens = options.MaximumIntrospectedTokens,
                CurrentRoles = options.CurrentRoles,
            },
            keys,
            ClientAuthentications.Of(options.Resource!, options.Credentials, options.TimeProvider!),
            httpClients,
            options.TimeProvider!,
            introspectionMetrics,
            new IntrospectionReports(realm.SchemeName, options.TimeProvider!, loggers.CreateLogger<Introspector>()));
        var previous = _introspectors.GetValueOrDefault(realm.SchemeName);
        _introspectors[realm.SchemeName] = introspector;
        previous?.Dispose();
        return introspector;
    }
}
