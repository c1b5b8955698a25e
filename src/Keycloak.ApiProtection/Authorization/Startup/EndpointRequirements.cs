using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Authorization.Startup;

/// <summary>Finds the requirements of an endpoint at start: those of its policies, named or not, and of the methods of a hub.</summary>
internal static class EndpointRequirements
{
    public static IEnumerable<IAuthorizationRequirement> Of(Endpoint endpoint, IAuthorizationPolicyProvider provider) =>
        endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>()
            .Concat(EndpointPolicyNames.Of(endpoint)
                .Select(data => data.Policy is { Length: > 0 } name ? EndpointPolicyNames.Find(provider, name) : null))
            .SelectMany(policy => policy?.Requirements ?? []);
}
