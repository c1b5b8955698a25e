using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Authorization.Startup;

/// <summary>
/// Stops the start of the application if an endpoint requires an authentication level that is not in <c>AcrLevels</c>, or levels that no
/// single login meets.
/// </summary>
internal sealed class EndpointAuthenticationLevelCheck(
    IEnumerable<KeycloakSchemeName> schemes,
    IOptionsMonitor<KeycloakBearerOptions> options,
    IOptions<KeycloakClaimsOptions> claims,
    IOptions<AuthenticationOptions> authentication) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => MappedEndpoints.Check(next, Check);

    private void Check(IReadOnlyList<Endpoint> endpoints, IAuthorizationPolicyProvider provider)
    {
        var names = schemes.Select(scheme => scheme.Name).ToHashSet(StringComparer.Ordinal);
        var problems = endpoints
            .SelectMany(endpoint => Problems(endpoint, provider, names)
                .Select(problem => $"- {MappedEndpoints.NameOf(endpoint)}: {problem}"))
            .Distinct()
            .ToArray();
        if (problems.Length > 0)
        {
            throw new InvalidOperationException(
                "Endpoints require authentication levels that no token can have:"
                + $"{Environment.NewLine}{string.Join(Environment.NewLine, problems)}");
        }
    }

    private IEnumerable<string> Problems(Endpoint endpoint, IAuthorizationPolicyProvider provider, HashSet<string> ours)
    {
        AuthenticationRequirement[] required = [.. EndpointRequirements.Of(endpoint, provider).OfType<AuthenticationRequirement>()];
        if (required.All(one => one.AcrValues.Count == 0))
        {
            yield break;
        }

        // Without AddKeycloakBearer(), the options are those of AddKeycloakClaims(). A realm without an order may have any level.
        IList<string>[] orders = ours.Count == 0
            ? [claims.Value.AcrLevels]
            : [.. EndpointSchemes.Of(endpoint, ours, authentication.Value).Select(scheme => options.Get(scheme).AcrLevels)];
        foreach (var level in required.SelectMany(one => one.AcrValues).Distinct(StringComparer.Ordinal))
        {
            if (orders.All(order => order.Count > 0 && !AuthenticationLevels.Contains(order, level)))
            {
                var known = string.Join(", ", orders.SelectMany(order => order).Distinct());
                yield return $"the level \"{level}\" is not in AcrLevels ({known}). "
                    + "Correct the name, or add the level to AcrLevels, the lowest first.";
            }
        }

        // The requirements of a hub are those of all its methods, which are not called together.
        if (endpoint.Metadata.GetMetadata<HubMetadata>() is null && orders.All(order => StepUp.Levels(required, order).Length == 0))
        {
            yield return $"no single level meets \"{string.Join("\" and \"", required.Select(one => string.Join(' ', one.AcrValues)))}\". "
                + "Require one of them, or set AcrLevels, with which a higher level meets a lower one.";
        }
    }
}
