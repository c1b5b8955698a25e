using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Configuration;
using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.ProofOfPossession;
using Keycloak.ApiProtection.ProofOfPossession.Dpop;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Replay;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Verified;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>Builds the runtime of a scheme from its validated options.</summary>
internal sealed class KeycloakSchemeBuilder(
    IHttpClientFactory httpClients,
    ILoggerFactory loggers,
    KeycloakMetrics metrics,
    IntrospectionMetrics introspectionMetrics,
    IDpopReplayStore? replayStore = null)
{
    /// <summary>Builds the runtime.</summary>
    /// <param name="name">The name of the scheme.</param>
    /// <param name="options">The options of the scheme.</param>
    /// <param name="kept">What the scheme remembers if its options change.</param>
    /// <param name="otherScheme">Returns the name of another scheme of the application that trusts an issuer, for the log.</param>
    public KeycloakScheme Build(
        string name,
        KeycloakBearerOptions options,
        SchemeMemory kept,
        Func<string, string?> otherScheme)
    {
        var issuers = KeycloakAddress.TokenIssuers(options);
        var realm = Realm(name, options, issuers);
        var keys = new RealmKeys(realm, httpClients, options.TimeProvider!, loggers.CreateLogger<RealmKeys>());
        var policy = Policy(options, issuers, otherScheme);
        return new KeycloakScheme(
            name,
            options,
            keys,
            Verifier(name, options, policy, keys),
            options.Credentials.AreSet ? Introspector(options, realm, policy, keys, kept.Revocations.Names) : null,
            Possession(name, options, kept),
            kept.Revocations);
    }

    private static RealmSettings Realm(string name, KeycloakBearerOptions options, string[] issuers) => new()
    {
        SchemeName = name,
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

    private static TokenPolicy Policy(KeycloakBearerOptions options, string[] issuers, Func<string, string?> otherScheme)
    {
        var audiences = options.Audiences.Concat(options.Audience is { } audience ? [audience] : []).ToArray();
        var algorithms = options.Algorithms.Count > 0 ? options.Algorithms.AsReadOnly() : KeycloakBearerDefaults.Algorithms;
        return new TokenPolicy
        {
            MaximumSize = options.MaximumTokenSize,
            Algorithms =
            [
                .. algorithms
                    .Select(name => SigningAlgorithm.TryGet(name, out var known) ? known : null)
                    .OfType<SigningAlgorithm>(),
            ],
            Issuers = issuers,
            Audiences = !options.VerifyTokenAudience ? null : audiences.Length > 0 ? audiences : [options.Resource!],
            ClockSkew = options.ClockSkew,
            VerifiesProofs = true,
            IntrospectsLightweight = options.EffectiveIntrospection != IntrospectionMode.Never,
            Claims = options.Claims,
            OtherScheme = otherScheme,
        };
    }

    private AccessTokenVerifier Verifier(string name, KeycloakBearerOptions options, TokenPolicy policy, RealmKeys keys)
    {
        var counts = metrics.VerifiedTokens(name);
        var verified = options.VerifiedTokenCacheSize == 0
            ? null
            : new VerifiedTokens(options.VerifiedTokenCacheSize, options.ClockSkew, options.TimeProvider!, counts);
        return new AccessTokenVerifier(policy, keys, options.TimeProvider!, counts, verified);
    }

    private PossessionCheck Possession(string name, KeycloakBearerOptions options, SchemeMemory kept)
    {
        var settings = new DpopSettings
        {
            Scheme = name,
            Nonce = options.Dpop.Nonce,
            NonceKey = NonceKey(options, kept),
            ProofAge = options.Dpop.ProofAge,
            ProofAhead = options.Dpop.ProofAhead,
            Algorithms = DpopSettings.Named(options.Dpop.EffectiveAlgorithms),
            ReplayCapacity = options.Dpop.ReplayCapacity,
            PublicUrl = DpopPublicUrl.TryCreate(options.PublicUrl, out var url) ? url : null,
            OnStoreFailure = options.Dpop.OnStoreFailure,
        };
        var logger = loggers.CreateLogger<DpopProofValidator>();
        kept.Proofs ??= new ProofMemory(settings.ReplayCapacity, name, options.TimeProvider!, logger);
        return new PossessionCheck(
            options.Dpop.Mode,
            requiresBinding: options.Profile == KeycloakProfile.Fapi2,
            new DpopProofValidator(settings, options.TimeProvider!, logger, replayStore, kept.Proofs));
    }

    /// <summary>
    /// Returns the key of nonces. The client secret is the same for all replicas, so that they accept each other's nonces without a
    /// setting.
    /// </summary>
    private static byte[] NonceKey(KeycloakBearerOptions options, SchemeMemory kept) =>
        options.Dpop.NonceKey is { } configured ? Convert.FromBase64String(configured)
        : options.Credentials.Secret is { Length: > 0 } secret
            ? HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, info: [.. "DPoP nonce"u8])
        : kept.NonceKey;

    private Introspector Introspector(
        KeycloakBearerOptions options, RealmSettings realm, TokenPolicy policy, RealmKeys keys, NameHash names) => new(
        new IntrospectionSettings
        {
            Realm = realm,
            Mode = options.EffectiveIntrospection,
            ClientId = options.Resource!,
            TokenIssuers = policy.Issuers,
            Audiences = policy.Audiences,
            Claims = options.Claims,
            Names = names,
            Freshness = options.Introspection.Freshness,
            StaleIfError = options.Introspection.StaleIfError,
            Timeout = options.Introspection.Timeout ?? options.BackchannelTimeout,
            ClockSkew = options.ClockSkew,
            MaximumInFlight = options.Introspection.MaximumInFlight,
            MaximumTokens = options.Introspection.MaximumTokens,
            RefreshRoles = options.Introspection.RefreshRoles,
        },
        keys,
        ClientAuthentications.Of(options.Resource!, options.Credentials, options.TimeProvider!),
        httpClients,
        options.TimeProvider!,
        introspectionMetrics,
        new IntrospectionReports(realm.SchemeName, options.TimeProvider!, loggers.CreateLogger<Introspector>()));
}
