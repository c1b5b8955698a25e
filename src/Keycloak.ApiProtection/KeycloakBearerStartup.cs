using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Schemes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection;

/// <summary>At start: says what is doubtful, and has the keys fetched in the background. Start never waits for Keycloak.</summary>
internal sealed class KeycloakBearerStartup(
    KeycloakSchemes schemes,
    ILogger<KeycloakBearerStartup> logger) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var scheme in schemes.All)
        {
            foreach (var warning in scheme.Options.ConfigurationWarnings.Concat(Doubts(scheme.Options)))
            {
                logger.DoubtfulSetting(scheme.Name, warning);
            }

            scheme.Verifier.Prefetch();
            _ = scheme.Introspector?.CheckAsync();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static IEnumerable<string> Doubts(KeycloakBearerOptions options)
    {
        if (options.SslRequired == SslRequired.None)
        {
            yield return "ssl-required is 'none': whoever stands between this API and Keycloak can exchange the keys and forge every token. Use https, and ssl-required 'external'.";
        }

        if (!options.VerifyTokenAudience)
        {
            yield return "verify-token-audience is false: every access token of the realm opens this API, also one that was given to another API. Set resource, and add an audience mapper in Keycloak.";
        }

        if (options.Audiences.Append(options.Audience).Contains("account"))
        {
            yield return "the audience 'account' stands in nearly every token of the realm, so that it protects nothing. Use this API's own client id, and add an audience mapper for it in Keycloak.";
        }
    }
}
