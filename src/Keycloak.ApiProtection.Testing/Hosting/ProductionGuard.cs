using Microsoft.Extensions.Hosting;

namespace Keycloak.ApiProtection.Testing.Hosting;

/// <summary>Prevents the embedded realm from running in Production, because its passwords are stored in a file.</summary>
internal static class ProductionGuard
{
    private static readonly string[] Variables = ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];

    /// <exception cref="InvalidOperationException">The environment is Production.</exception>
    public static void Check(KeycloakRealmOptions options)
    {
        var sources = Variables
            .Select(name => (Source: $"the environment variable {name}", Value: Environment.GetEnvironmentVariable(name)))
            .Append(($"{nameof(KeycloakRealmOptions)}.{nameof(KeycloakRealmOptions.Environment)}", options.Environment));
        foreach (var (source, value) in sources)
        {
            if (string.Equals(value?.Trim(), Environments.Production, StringComparison.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException(
                    "The embedded Keycloak realm is for tests and development and does not run in Production. "
                    + $"The environment is Production according to {source}. "
                    + "In Production, point the API at a real Keycloak (configuration keys \"Keycloak:auth-server-url\" and "
                    + "\"Keycloak:realm\"). In development, set ASPNETCORE_ENVIRONMENT to Development.");
            }
        }
    }
}
