using Keycloak.ApiProtection.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Points an application under test at an embedded realm.</summary>
public static class KeycloakRealmWebHostBuilderExtensions
{
    /// <summary>The name of the <see cref="HttpClient"/> with which Keycloak.ApiProtection asks Keycloak, unless told otherwise.</summary>
    private const string BackchannelHttpClientName = "Keycloak.ApiProtection";

    /// <summary>
    /// Configures the application as <see cref="KeycloakRealm.Configuration"/> says, over whatever its own files say, and lets its back channel
    /// reach the realm also where that is in memory.
    /// </summary>
    /// <param name="host">The host, as <c>WebApplicationFactory.WithWebHostBuilder</c> hands it out.</param>
    /// <param name="realm">The realm; the caller disposes it.</param>
    /// <param name="clientId">The API's client in the realm: <c>resource</c>.</param>
    /// <param name="section">The configuration section.</param>
    /// <exception cref="ArgumentException">The realm has no such client.</exception>
    public static IWebHostBuilder UseKeycloakRealm(this IWebHostBuilder host, KeycloakRealm realm, string clientId, string section = "Keycloak")
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
