using Keycloak.ApiProtection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>What an endpoint, or a group of endpoints, asks of a Keycloak token.</summary>
/// <remarks>
/// Each adds to what is asked already; all must hold. They need <c>AddKeycloakBearer()</c> or <c>AddKeycloakPolicies()</c>. Names are compared with case, and are
/// written as they are: nothing needs escaping here.
/// </remarks>
public static class KeycloakEndpointConventionBuilderExtensions
{
    /// <summary>Lets in only tokens that were granted all of some scopes.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="scopes">At least one; all of them are needed.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">No scope is named, or one is blank or holds white space.</exception>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, params string[] scopes)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireScopeAttribute(scopes));

    /// <summary>Lets in only users with a realm role.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="role">The role.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static TBuilder RequireRealmRole<TBuilder>(this TBuilder builder, string role)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireRealmRoleAttribute(role));

    /// <summary>Lets in only users with a role of this API's own client.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="role">The role.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static TBuilder RequireClientRole<TBuilder>(this TBuilder builder, string role)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireClientRoleAttribute(role));

    /// <summary>Lets in only users with a role of a client.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="client">The client's id.</param>
    /// <param name="role">The role.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">A name is blank.</exception>
    public static TBuilder RequireClientRole<TBuilder>(this TBuilder builder, string client, string role)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(client);
        return builder.RequireAuthorization(new RequireClientRoleAttribute(role) { Client = client });
    }

    /// <summary>Lets in only members of an organization.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="organization">The organization's alias.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static TBuilder RequireOrganization<TBuilder>(this TBuilder builder, string organization)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireOrganizationAttribute(organization));

    /// <summary>Lets in only members of a group.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="group">The group as the mapper writes it: <c>/staff</c> with "Full group path", else <c>staff</c>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static TBuilder RequireGroup<TBuilder>(this TBuilder builder, string group)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireGroupAttribute(group));

    /// <summary>Lets in only tokens that Keycloak itself calls active (RFC 7662), as of <c>Freshness</c> ago at most.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder RequireActiveToken<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireActiveTokenAttribute());

    /// <summary>Lets in only tokens that Keycloak itself calls active (RFC 7662).</summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="maxAge">How old its word may be. Zero: asked for every request; at most 1 hour.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The age is negative or more than 1 hour.</exception>
    public static TBuilder RequireActiveToken<TBuilder>(this TBuilder builder, TimeSpan maxAge)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireActiveTokenAttribute(maxAge));
}
