using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Authorization.Startup;

/// <summary>
/// Stops the start of the application if an endpoint requires an active token, but none of its schemes can introspect tokens.
/// </summary>
internal sealed class EndpointActiveTokenCheck(
    IEnumerable<KeycloakSchemeName> schemes,
    IOptionsMonitor<KeycloakBearerOptions> options,
    IOptions<AuthenticationOptions> authentication) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => MappedEndpoints.Check(next, Check);

    private void Check(IReadOnlyList<Endpoint> endpoints, IAuthorizationPolicyProvider provider)
    {
        var names = schemes.Select(scheme => scheme.Name).ToHashSet(StringComparer.Ordinal);
        if (names.Count > 0 && names.All(CanIntrospect))
        {
            return;
        }

        var problems = endpoints
            .Where(endpoint => RequiresActiveToken(endpoint, provider)
                && !EndpointSchemes.Of(endpoint, names, authentication.Value).Any(CanIntrospect))
            .Select(endpoint => $"- {MappedEndpoints.NameOf(endpoint)}")
            .Distinct()
            .ToArray();
        if (problems.Length > 0)
        {
            throw new InvalidOperationException(
                "Endpoints require an active token ([RequireActiveToken]), but none of their schemes can introspect tokens:"
                + $"{Environment.NewLine}{string.Join(Environment.NewLine, problems)}{Environment.NewLine}"
                + "Set credentials.secret in the scheme's section (Clients > this API's client > Credentials > Client secret), "
                + "or credentials.jwt. Without AddKeycloakBearer(), tokens cannot be introspected.");
        }
    }

    private bool CanIntrospect(string scheme) => options.Get(scheme).Credentials.AreSet;

    private static bool RequiresActiveToken(Endpoint endpoint, IAuthorizationPolicyProvider provider) =>
        EndpointRequirements.Of(endpoint, provider).Any(requirement => requirement is ActiveTokenRequirement);
}
