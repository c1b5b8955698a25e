using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Requirements;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Authorization.Startup;

/// <summary>
/// Looks at every endpoint when the application starts, and refuses to start when a policy name that is ours, or was meant to be, cannot be resolved: a
/// slip in <c>scope:email</c> is then found by the developer, and not by the first user.
/// </summary>
/// <remarks>Names that have nothing of ours are the application's business, as ever.</remarks>
internal sealed class EndpointPolicyCheck(KeycloakPolicies policies, IOptions<AuthorizationOptions> options) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);

        // All endpoints are mapped now; without routing there are none.
        if (app.ApplicationServices.GetService<EndpointDataSource>() is { } endpoints)
        {
            using var scope = app.ApplicationServices.CreateScope();
            Check(endpoints, scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>());
        }
    };

    private void Check(EndpointDataSource endpoints, IAuthorizationPolicyProvider provider)
    {
        var problems = new List<string>();
        foreach (var endpoint in endpoints.Endpoints)
        {
            foreach (var data in EndpointPolicyNames.Of(endpoint))
            {
                if (data.Policy is { } name && !string.IsNullOrWhiteSpace(name) && Problem(name, data, provider) is { } problem)
                {
                    problems.Add($"- {endpoint.DisplayName ?? endpoint.ToString()}: {problem}");
                }
            }
        }

        if (problems.Count > 0)
        {
            throw new InvalidOperationException(
                $"Endpoints name authorization policies that cannot be resolved:{Environment.NewLine}{string.Join(Environment.NewLine, problems.Distinct())}");
        }
    }

    private string? Problem(string name, IAuthorizeData data, IAuthorizationPolicyProvider provider)
    {
        if (KeycloakPolicyName.TryParse(name, out _, out var malformed))
        {
            return Unresolved(name, data, provider);
        }

        var meant = malformed is null ? PolicyNameSuggestion.For(name) : null;
        if ((malformed is null && meant is null) || Ask(provider, name, out _) is not null)
        {
            return null;
        }

        return malformed is not null
            ? KeycloakPolicies.Malformed(name, malformed)
            : $"There is no policy \"{name}\". Did you mean \"{meant}\"? If it is the application's own, register it with AddAuthorization.";
    }

    private string? Unresolved(string name, IAuthorizeData data, IAuthorizationPolicyProvider provider)
    {
        var policy = Ask(provider, name, out var failure);
        if (policy is null && provider is not KeycloakPolicyProvider && options.Value.GetPolicy(name) is null)
        {
            // A provider registered after ours has displaced it. Most fall back on the registered policies, so it is registered as one.
            options.Value.AddPolicy(name, policies.Find(name).GetAwaiter().GetResult()!);
            policy = Ask(provider, name, out failure);
        }

        if (policy is null)
        {
            return $"The policy \"{name}\" is not found: {provider.GetType()} was registered after AddKeycloakPolicies() (or AddKeycloakBearer()) and does not "
                + $"know it. Register that provider before, or let it fall back on DefaultAuthorizationPolicyProvider for names it does not know.{failure}";
        }

        // [RequireScope] says what it means. A provider that makes a policy out of any name would silently mean something else.
        return IsOurs(data) && options.Value.GetPolicy(name) is null && !policy.Requirements.Any(requirement => requirement is IKeycloakRequirement)
            ? $"[{data.GetType().Name[..^nameof(Attribute).Length]}] asks for the policy \"{name}\", and the application's policy provider answers with a "
                + "policy of its own that does not check it. Let the provider return null for names it does not know."
            : null;
    }

    private static bool IsOurs(IAuthorizeData data) =>
        data is RequireActiveTokenAttribute or RequireScopeAttribute or RequireRealmRoleAttribute or RequireClientRoleAttribute or RequireOrganizationAttribute or RequireGroupAttribute;

    /// <summary>Start may wait; a provider that cannot answer does not know the name.</summary>
    private static AuthorizationPolicy? Ask(IAuthorizationPolicyProvider provider, string name, out string? failure)
    {
        failure = null;
        try
        {
            return provider.GetPolicyAsync(name).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            failure = $" It failed: {exception.Message}";
            return null;
        }
    }
}
