using Keycloak.ApiProtection;

namespace Microsoft.AspNetCore.Authorization;

/// <summary>Adds Keycloak requirements to an application's own authorization policies.</summary>
/// <remarks>They need no registration. Names are case-sensitive and need no escaping.</remarks>
public static class KeycloakAuthorizationPolicyBuilderExtensions
{
    /// <summary>Requires a token that was granted all of the given scopes.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="scopes">One or more scopes; all are required.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">There is no scope, or a scope is blank or contains white space.</exception>
    public static AuthorizationPolicyBuilder RequireScope(this AuthorizationPolicyBuilder builder, params string[] scopes) =>
        Add(builder, new ScopeRequirement(scopes));

    /// <summary>Requires a realm role.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="role">The role.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static AuthorizationPolicyBuilder RequireRealmRole(this AuthorizationPolicyBuilder builder, string role) =>
        Add(builder, new RealmRoleRequirement(role));

    /// <summary>Requires a role of this API's own client.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="role">The role.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static AuthorizationPolicyBuilder RequireClientRole(this AuthorizationPolicyBuilder builder, string role) =>
        Add(builder, new ClientRoleRequirement(role));

    /// <summary>Requires a role of a client.</summary>
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

    /// <summary>Requires membership of an organization.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="organization">The organization's alias.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static AuthorizationPolicyBuilder RequireOrganization(this AuthorizationPolicyBuilder builder, string organization) =>
        Add(builder, new OrganizationRequirement(organization));

    /// <summary>Requires membership of a group.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="group">The group as the mapper writes it: <c>/staff</c> with "Full group path", else <c>staff</c>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static AuthorizationPolicyBuilder RequireGroup(this AuthorizationPolicyBuilder builder, string group) =>
        Add(builder, new GroupRequirement(group));

    /// <summary>Requires a token that Keycloak reports as active (RFC 7662).</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="maxAge">
    /// The maximum age of Keycloak's response. Null: <c>Freshness</c>. Zero: introspect on every request. At most 1 hour.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The age is negative or more than 1 hour.</exception>
    public static AuthorizationPolicyBuilder RequireActiveToken(this AuthorizationPolicyBuilder builder, TimeSpan? maxAge = null) =>
        Add(builder, new ActiveTokenRequirement(maxAge));

    /// <summary>Requires a login at a level (RFC 9470), and optionally a recent one.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="acrValues">
    /// The level (<c>acr</c>), or several separated by spaces, any of which is sufficient. With
    /// <see cref="KeycloakBearerOptions.AcrLevels"/>, a higher level is sufficient, too.
    /// </param>
    /// <param name="maxAge">The maximum age of the login: whole seconds, from 1 second to 365 days. Null: any age.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">There is no level, or its name cannot be sent in a header.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The age is not a whole number of seconds, or out of range.</exception>
    public static AuthorizationPolicyBuilder RequireAuthentication(
        this AuthorizationPolicyBuilder builder, string acrValues, TimeSpan? maxAge = null)
    {
        ArgumentNullException.ThrowIfNull(acrValues);
        return Add(builder, new AuthenticationRequirement(acrValues, maxAge));
    }

    /// <summary>Requires a recent login of any level (RFC 9470).</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="maxAge">The maximum age of the login: whole seconds, from 1 second to 365 days.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The age is not a whole number of seconds, or out of range.</exception>
    public static AuthorizationPolicyBuilder RequireAuthentication(this AuthorizationPolicyBuilder builder, TimeSpan maxAge) =>
        Add(builder, new AuthenticationRequirement(null, maxAge));

    /// <summary>Requires a token that is bound to a key (DPoP, RFC 9449) or to a client certificate (RFC 8705).</summary>
    /// <param name="builder">The policy.</param>
    /// <returns>The same builder.</returns>
    public static AuthorizationPolicyBuilder RequireProofOfPossession(this AuthorizationPolicyBuilder builder) =>
        Add(builder, new ProofOfPossessionRequirement());

    private static AuthorizationPolicyBuilder Add(AuthorizationPolicyBuilder builder, IAuthorizationRequirement requirement)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddRequirements(requirement);
    }
}
