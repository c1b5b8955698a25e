using Keycloak.ApiProtection;

namespace Microsoft.AspNetCore.Authorization;

/// <summary>Keycloak's requirements for policies that an application composes itself.</summary>
/// <remarks>They need no registration. Names are compared with case, and are written as they are: nothing needs escaping here.</remarks>
public static class KeycloakAuthorizationPolicyBuilderExtensions
{
    /// <summary>The token must have been granted all of some scopes.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="scopes">At least one; all of them are needed.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">No scope is named, or one is blank or holds white space.</exception>
    public static AuthorizationPolicyBuilder RequireScope(this AuthorizationPolicyBuilder builder, params string[] scopes) =>
        Add(builder, new ScopeRequirement(scopes));

    /// <summary>The user must have a realm role.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="role">The role.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static AuthorizationPolicyBuilder RequireRealmRole(this AuthorizationPolicyBuilder builder, string role) =>
        Add(builder, new RealmRoleRequirement(role));

    /// <summary>The user must have a role of this API's own client.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="role">The role.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static AuthorizationPolicyBuilder RequireClientRole(this AuthorizationPolicyBuilder builder, string role) =>
        Add(builder, new ClientRoleRequirement(role));

    /// <summary>The user must have a role of a client.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="client">The client's id.</param>
    /// <param name="role">The role.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">A name is blank.</exception>
    public static AuthorizationPolicyBuilder RequireClientRole(this AuthorizationPolicyBuilder builder, string client, string role)
    {
        ArgumentNullException.ThrowIfNull(client);
        return Add(builder, new ClientRoleRequirement(role, client));
    }

    /// <summary>The user must be a member of an organization.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="organization">The organization's alias.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static AuthorizationPolicyBuilder RequireOrganization(this AuthorizationPolicyBuilder builder, string organization) =>
        Add(builder, new OrganizationRequirement(organization));

    /// <summary>The user must be a member of a group.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="group">The group as the mapper writes it: <c>/staff</c> with "Full group path", else <c>staff</c>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static AuthorizationPolicyBuilder RequireGroup(this AuthorizationPolicyBuilder builder, string group) =>
        Add(builder, new GroupRequirement(group));

    /// <summary>Keycloak itself must call the token active (RFC 7662).</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="maxAge">How old its word may be. Null: <c>Freshness</c>; zero: asked for every request; at most 1 hour.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The age is negative or more than 1 hour.</exception>
    public static AuthorizationPolicyBuilder RequireActiveToken(this AuthorizationPolicyBuilder builder, TimeSpan? maxAge = null) =>
        Add(builder, new ActiveTokenRequirement(maxAge));

    private static AuthorizationPolicyBuilder Add(AuthorizationPolicyBuilder builder, IAuthorizationRequirement requirement)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddRequirements(requirement);
    }
}
