using System.Collections.Concurrent;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Tokens;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection;

/// <summary>Completes a scheme's options: what follows from other settings, and the verifier that decides by them.</summary>
internal sealed class KeycloakBearerPostConfiguration(
    IHttpClientFactory httpClients,
    TimeProvider time,
    ILoggerFactory loggers,
    KeycloakMetrics metrics,
    SchemeRevocations revocations)
    : IPostConfigureOptions<KeycloakBearerOptions>, IDisposable
{
    private readonly ConcurrentDictionary<string, RealmKeys> _keys = new(StringComparer.Ordinal);

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
        var keys = new RealmKeys(
            new RealmSettings
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
            },
            httpClients,
            options.TimeProvider!,
            loggers.CreateLogger<RealmKeys>());
        var previous = _keys.GetValueOrDefault(scheme);
        _keys[scheme] = keys;
        previous?.Dispose();
        var counts = metrics.VerifiedTokens(scheme);
        return new AccessTokenVerifier(
            new TokenPolicy
            {
                MaximumSize = options.MaximumTokenSize,
                Algorithms = [.. algorithms.Select(algorithm => SigningAlgorithm.TryGet(algorithm, out var known) ? known : null).OfType<SigningAlgorithm>()],
                Issuers = issuers,
                Audiences = !options.VerifyTokenAudience ? null : audiences.Length > 0 ? audiences : [options.Resource!],
                ClockSkew = options.ClockSkew,
                Claims = options.Claims,
            },
            keys,
            options.TimeProvider!,
            counts,
            options.VerifiedTokenCacheSize == 0 ? null : new VerifiedTokens(options.VerifiedTokenCacheSize, options.ClockSkew, options.TimeProvider!, counts));
    }
}
