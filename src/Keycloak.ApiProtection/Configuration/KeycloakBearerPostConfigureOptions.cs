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
        options.ChallengeRealm ??= ChallengeText.Of(KeycloakAddress.RealmName(options));
    }
}
