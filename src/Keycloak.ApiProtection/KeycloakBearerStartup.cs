using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection;

/// <summary>
/// Logs warnings about doubtful settings when the application starts, and starts to read the keys in the background. The start
/// does not wait for Keycloak.
/// </summary>
internal sealed class KeycloakBearerStartup(
    KeycloakSchemes schemes,
    IOptions<HostFilteringOptions> hosts,
    ILogger<KeycloakBearerStartup> logger) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var scheme in schemes.All)
        {
            foreach (var warning in scheme.Options.ConfigurationWarnings.Concat(Warnings(scheme.Options, hosts.Value)))
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

    private static IEnumerable<string> Warnings(KeycloakBearerOptions options, HostFilteringOptions hosts)
    {
        if (options.SslRequired == SslRequired.None)
        {
            yield return "ssl-required is 'none': an attacker between this API and Keycloak can replace the keys and forge any token. "
                + "Use https, and set ssl-required to 'external'.";
        }

        if (!options.VerifyTokenAudience)
        {
            yield return "verify-token-audience is false: every access token of the realm is accepted, also one for another API. "
                + "Set resource, and add an audience mapper in Keycloak.";
        }

        if (options.Dpop.Mode == DpopMode.Required && options.PublicUrl is null
            && (hosts.AllowedHosts is null or [] || hosts.AllowedHosts.Contains("*")))
        {
            yield return "Dpop is Required, but neither PublicUrl nor AllowedHosts restricts the host name of requests: a proof for "
                + "another API could be used here with that API's host name. Set PublicUrl to the URL under which clients reach this API.";
        }

        if (options.StoredEvents is { IsConfigured: true, IsEnabled: false })
        {
            yield return "the section Events is set, but Keycloak's stored events are not read. "
                + "Call AddKeycloakBearer().AddKeycloakEvents(), or remove the section.";
        }

        if (options.Audiences.Append(options.Audience).Contains("account"))
        {
            yield return "the audience 'account' is in nearly every token of the realm, so it does not protect this API. "
                + "Use this API's own client id, and add an audience mapper for it in Keycloak.";
        }
    }
}
