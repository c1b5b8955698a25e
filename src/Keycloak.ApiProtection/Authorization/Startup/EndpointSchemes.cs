using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Authorization.Startup;

/// <summary>
/// Finds the Keycloak schemes that may authenticate a request to an endpoint: the schemes that it names, or the default scheme, or any
/// scheme.
/// </summary>
internal static class EndpointSchemes
{
    public static IEnumerable<string> Of(Endpoint endpoint, HashSet<string> ours, AuthenticationOptions authentication)
    {
        var named = EndpointPolicyNames.Of(endpoint)
            .SelectMany(data =>
                data.AuthenticationSchemes?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
            .ToArray();
        var first = authentication.DefaultAuthenticateScheme ?? authentication.DefaultScheme;
        return named.Length > 0 ? named.Any(ours.Contains) ? named.Where(ours.Contains) : ours
            : first is not null && ours.Contains(first) ? [first]
            : ours;
    }
}
