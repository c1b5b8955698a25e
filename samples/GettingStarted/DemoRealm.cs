using Keycloak.ApiProtection.Testing;

namespace GettingStarted;

/// <summary>Starts an embedded realm if no Keycloak is configured, so that the sample needs only the .NET SDK.</summary>
internal static class DemoRealm
{
    /// <summary>The client id of this API in the realm <c>demo</c>.</summary>
    private const string Api = "orders-api";

    /// <summary>The client that the users of the tour log in to. Keycloak sends its logouts to this API.</summary>
    private const string LoginClient = "cli";

    /// <summary>Sets the login client's "Backchannel logout URL", as an administrator does in the console.</summary>
    public static void TellOfLogouts(KeycloakRealm realm, string api) =>
        realm.Clients.SetBackchannelLogoutUrl(LoginClient, new Uri($"{api}/.keycloak/backchannel-logout"));

    /// <summary>Starts the embedded realm and adds its address to the configuration.</summary>
    /// <returns>The realm; null if the configuration already contains the address of a Keycloak.</returns>
    public static async Task<KeycloakRealm?> StartUnlessConfiguredAsync(WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetSection("Keycloak").GetChildren().Any(IsAddress))
        {
            return null;
        }

        var realm = await KeycloakRealm.StartAsync(new KeycloakRealmOptions { Environment = builder.Environment.EnvironmentName });
        builder.Configuration.AddInMemoryCollection(realm.Configuration(Api));
        return realm;
    }

    /// <summary>Whether the setting is the address of Keycloak, in any accepted spelling.</summary>
    private static bool IsAddress(IConfigurationSection setting) =>
        setting.Key.Replace("-", string.Empty).Replace("_", string.Empty).ToUpperInvariant() is "AUTHSERVERURL" or "AUTHORITY";
}
