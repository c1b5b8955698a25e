using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>What every token check asks for, whatever else is asked of it: the endpoint's metadata.</summary>
/// <remarks>
/// Naming neither policy nor role it counts like <c>[Authorize]</c>, so that the application's default policy holds. An <see cref="AuthorizationPolicy"/> in the metadata would
/// displace that policy, and an endpoint would be laxer than its owner wrote.
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

    /// <summary>Adds it to an endpoint that is otherwise complete.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="schemes">All schemes of Keycloak. Where the endpoint names some of them, only those count: who asks for partners does not want everybody.</param>
    public static void AddTo(EndpointBuilder endpoint, string[] schemes)
    {
        if (endpoint.Metadata.OfType<IAllowAnonymous>().Any())
        {
            throw new InvalidOperationException(
                $"{endpoint.DisplayName}: AllowAnonymous() on a token check would let everybody through the gateway. Remove it from MapTokenCheck(), or map the check outside the group that has it; "
                + "a route that is open to everybody needs no check in the gateway.");
        }

        string[] named = [.. schemes.Intersect(SchemesNamedBy(endpoint))];
        endpoint.Metadata.Add(new TokenCheckAuthorization(named.Length > 0 ? named : schemes));
    }

    private static HashSet<string> SchemesNamedBy(EndpointBuilder endpoint)
    {
        var data = endpoint.Metadata.OfType<IAuthorizeData>().ToArray();
        var named = data
            .SelectMany(one => one.AuthenticationSchemes?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
            .Concat(endpoint.Metadata.OfType<AuthorizationPolicy>().SelectMany(policy => policy.AuthenticationSchemes))
            .ToHashSet(StringComparer.Ordinal);

        using var scope = endpoint.ApplicationServices.CreateScope();
        var provider = scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>();
        foreach (var name in data.Select(one => one.Policy).OfType<string>())
        {
            named.UnionWith(Find(provider, name)?.AuthenticationSchemes ?? []);
        }

        return named;
    }

    /// <summary>Names that cannot be resolved are another check's business.</summary>
    private static AuthorizationPolicy? Find(IAuthorizationPolicyProvider provider, string name)
    {
        try
        {
            return provider.GetPolicyAsync(name).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return null;
        }
    }
}
