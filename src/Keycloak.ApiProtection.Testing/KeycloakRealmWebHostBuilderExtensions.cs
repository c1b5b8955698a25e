using Keycloak.ApiProtection.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Connects an application under test to an embedded realm.</summary>
public static class KeycloakRealmWebHostBuilderExtensions
{
    /// <summary>The default name of the <see cref="HttpClient"/> that Keycloak.ApiProtection uses for requests to Keycloak.</summary>
    private const string BackchannelHttpClientName = "Keycloak.ApiProtection";

    private const string BackchannelTimeout = "BackchannelTimeout";

    /// <summary>A test fails for the API's reasons, not because a busy machine takes longer than the
    /// library's 5 seconds for the realm's first answer.</summary>
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Applies the settings of <see cref="KeycloakRealm.Configuration"/> to the application. They override the application's own
    /// configuration files. If the realm runs in memory, the application's back channel is connected to it as well.
    /// </summary>
    /// <remarks>
    /// <c>BackchannelTimeout</c> becomes 30 seconds instead of 5, so that a test does not fail because the machine is busy. A value that
    /// the application sets itself, in its configuration or in code, stays.
    /// </remarks>
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

        host.ConfigureAppConfiguration((_, configuration) => SetDefaultTimeout(configuration, section));
        return realm.IsInMemory
            ? host.ConfigureServices(services =>
                services.AddHttpClient(BackchannelHttpClientName).ConfigurePrimaryHttpMessageHandler(realm.CreateHandler))
            : host;
    }

    /// <summary>Adds the timeout below all other sources, unless one has it: a second spelling would contradict the first.</summary>
    private static void SetDefaultTimeout(IConfigurationBuilder configuration, string section)
    {
        var settings = (configuration as IConfiguration ?? configuration.Build()).GetSection(section);
        if (!settings.GetChildren().Any(setting => IsBackchannelTimeout(setting.Key)))
        {
            configuration.Sources.Insert(0, new MemoryConfigurationSource
            {
                InitialData = [new($"{section}:{BackchannelTimeout}", TestTimeout.ToString())],
            });
        }
    }

    /// <summary>The library reads keys without regard to case, hyphens and underscores.</summary>
    private static bool IsBackchannelTimeout(string key) =>
        key.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal)
            .Equals(BackchannelTimeout, StringComparison.OrdinalIgnoreCase);
}
