using Keycloak.ApiProtection.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Connects an application under test to an embedded realm.</summary>
public static class KeycloakRealmWebHostBuilderExtensions
{
    /// <summary>The default name of the <see cref="HttpClient"/> that Keycloak.ApiProtection uses for requests to Keycloak.</summary>
    private const string BackchannelHttpClientName = "Keycloak.ApiProtection";

    /// <summary>
    /// Applies the settings of <see cref="KeycloakRealm.Configuration"/> to the application. They override the application's own
    /// configuration files. If the realm runs in memory, the application's back channel is connected to it as well.
    /// </summary>
    /// <param name="host">The host builder that <c>WebApplicationFactory.WithWebHostBuilder</c> provides.</param>
    /// <param name="realm">The realm; the caller disposes it.</param>
    /// <param name="clientId">The API's client in the realm: <c>resource</c>.</param>
    /// <param name="section">The configuration section.</param>
    /// <exception cref="ArgumentException">The client does not exist.</exception>
    public static IWebHostBuilder UseKeycloakRealm(
        this IWebHostBuilder host, KeycloakRealm realm, string clientId, string section = "Keycloak")
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(realm);
        foreach (var (key, value) in realm.Configuration(clientId, section))
        {
            host.UseSetting(key, value);
        }

        return realm.IsInMemory
            ? host.ConfigureServices(services =>
                services.AddHttpClient(BackchannelHttpClientName).ConfigurePrimaryHttpMessageHandler(realm.CreateHandler))
            : host;
    }
}
