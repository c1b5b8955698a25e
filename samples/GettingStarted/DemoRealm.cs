using Keycloak.ApiProtection.Testing;

namespace GettingStarted;

/// <summary>Stands in for Keycloak where none is configured, so that the sample runs on a machine with nothing but the SDK.</summary>
internal static class DemoRealm
{
    /// <summary>This API's client in the realm <c>demo</c>.</summary>
    private const string Api = "orders-api";

    /// <summary>The client in which the tour's people log in: Keycloak tells of its logouts.</summary>
    private const string LoginClient = "cli";

    /// <summary>What an administrator enters at the login client as "Backchannel logout URL".</summary>
    public static void TellOfLogouts(KeycloakRealm realm, string api) =>
        realm.SetBackchannelLogoutUrl(LoginClient, new Uri($"{api}/.keycloak/backchannel-logout"));

    /// <summary>Starts the embedded realm and points the configuration at it. Null: the configuration names a Keycloak.</summary>
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

    /// <summary>Whether the key says where Keycloak is, in any of its spellings.</summary>
    private static bool IsAddress(IConfigurationSection setting) =>
        setting.Key.Replace("-", string.Empty).Replace("_", string.Empty).ToUpperInvariant() is "AUTHSERVERURL" or "AUTHORITY";
}
