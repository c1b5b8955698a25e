using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Configuration;

/// <summary>Sets the options of a scheme that are not configured and follow from other options.</summary>
internal sealed class KeycloakBearerPostConfigureOptions(TimeProvider time) : IPostConfigureOptions<KeycloakBearerOptions>
{
    /// <inheritdoc />
    public void PostConfigure(string? name, KeycloakBearerOptions options)
    {
        options.TimeProvider ??= time;
        options.Claims.ClientId ??= options.Resource;
        if (options.Profile == KeycloakProfile.Fapi2)
        {
            Default(options.Algorithms, "PS256", "ES256");
            Default(options.Dpop.Algorithms, "ES256", "PS256");
        }

        options.Dpop.AlgorithmNames = string.Join(' ', options.Dpop.EffectiveAlgorithms);
        options.ChallengeRealm ??= ChallengeText.Of(KeycloakAddress.RealmName(options));
    }

    private static void Default(IList<string> algorithms, params string[] allowed)
    {
        if (algorithms.Count == 0)
        {
            foreach (var algorithm in allowed)
            {
                algorithms.Add(algorithm);
            }
        }
    }
}
