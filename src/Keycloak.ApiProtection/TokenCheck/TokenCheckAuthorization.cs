using Keycloak.ApiProtection.Authorization.Startup;
using Keycloak.ApiProtection.ProofOfPossession;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>The endpoint metadata with the authorization requirement of every token check.</summary>
/// <remarks>
/// It names neither a policy nor a role, so that it acts like <c>[Authorize]</c> and the application's default policy applies. An
/// <see cref="AuthorizationPolicy"/> in the metadata would replace that policy, and the endpoint would be less strict than intended.
/// </remarks>
internal sealed class TokenCheckAuthorization(string[] schemes) : IAuthorizeData, IAuthorizationRequirementData
{
    private readonly TokenCheckRequirement _requirement = new(schemes);

    /// <inheritdoc />
    public string? Policy { get; set; }

    /// <inheritdoc />
    public string? Roles { get; set; }

    /// <inheritdoc />
    public string? AuthenticationSchemes { get; set; } = string.Join(',', schemes);

    /// <inheritdoc />
    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [_requirement];

    /// <summary>Adds the metadata to an endpoint whose other metadata is complete.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="schemes">All schemes of Keycloak. If the endpoint names some of them, only those are accepted.</param>
    public static void AddTo(EndpointBuilder endpoint, string[] schemes)
    {
        if (endpoint.Metadata.OfType<IAllowAnonymous>().Any())
        {
            throw new InvalidOperationException(
                $"{endpoint.DisplayName}: with AllowAnonymous() on a token check, the gateway would accept every request. Remove it from "
                + "MapTokenCheck(), or map the check outside the group that has it. A public route needs no check in the gateway.");
        }

        string[] named = [.. schemes.Intersect(SchemesNamedBy(endpoint))];
        endpoint.Metadata.Add(OriginalRequest.Metadata.Instance);
        endpoint.Metadata.Add(new TokenCheckAuthorization(named.Length > 0 ? named : schemes));
    }

    private static HashSet<string> SchemesNamedBy(EndpointBuilder endpoint)
    {
        const StringSplitOptions Options = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        var data = endpoint.Metadata.OfType<IAuthorizeData>().ToArray();
        var named = data
            .SelectMany(one => one.AuthenticationSchemes?.Split(',', Options) ?? [])
            .Concat(endpoint.Metadata.OfType<AuthorizationPolicy>().SelectMany(policy => policy.AuthenticationSchemes))
            .ToHashSet(StringComparer.Ordinal);

        using var scope = endpoint.ApplicationServices.CreateScope();
        var provider = scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>();
        foreach (var name in data.Select(one => one.Policy).OfType<string>())
        {
            named.UnionWith(EndpointPolicyNames.Find(provider, name)?.AuthenticationSchemes ?? []);
        }

        return named;
    }
}
