using Keycloak.ApiProtection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds requirements for Keycloak tokens to an endpoint or a group of endpoints.</summary>
/// <remarks>
/// Each call adds a requirement; all must be met. They need <c>AddKeycloakBearer()</c> or <c>AddKeycloakPolicies()</c>. Names are
/// case-sensitive and need no escaping.
/// </remarks>
public static class KeycloakEndpointConventionBuilderExtensions
{
    /// <summary>Accepts only tokens that were granted all of the given scopes.</summary>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="scopes">One or more scopes; all are required.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">There is no scope, or a scope is blank or contains white space.</exception>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, params string[] scopes)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireScopeAttribute(scopes));

    /// <summary>Accepts only users with a realm role.</summary>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="role">The role.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static TBuilder RequireRealmRole<TBuilder>(this TBuilder builder, string role)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireRealmRoleAttribute(role));

    /// <summary>Accepts only users with a role of this API's own client.</summary>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="role">The role.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static TBuilder RequireClientRole<TBuilder>(this TBuilder builder, string role)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireClientRoleAttribute(role));

    /// <summary>Accepts only users with a role of a client.</summary>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
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

    /// <summary>Accepts only members of an organization.</summary>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="organization">The organization's alias.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static TBuilder RequireOrganization<TBuilder>(this TBuilder builder, string organization)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireOrganizationAttribute(organization));

    /// <summary>Accepts only members of a group.</summary>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="group">The group as the mapper writes it: <c>/staff</c> with "Full group path", else <c>staff</c>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static TBuilder RequireGroup<TBuilder>(this TBuilder builder, string group)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireGroupAttribute(group));

    /// <summary>Accepts only tokens that Keycloak reported as active (RFC 7662) at most <c>Freshness</c> ago.</summary>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder RequireActiveToken<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireActiveTokenAttribute());

    /// <summary>Accepts only tokens that Keycloak reports as active (RFC 7662).</summary>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="maxAge">The maximum age of Keycloak's response. Zero: introspect on every request. At most 1 hour.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The age is negative or more than 1 hour.</exception>
    public static TBuilder RequireActiveToken<TBuilder>(this TBuilder builder, TimeSpan maxAge)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireActiveTokenAttribute(maxAge));

    /// <summary>Accepts only tokens of a login at a level (RFC 9470, step-up authentication), and optionally of a recent one.</summary>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="acrValues">
    /// The level (<c>acr</c>), or several separated by spaces, any of which is sufficient. With
    /// <see cref="KeycloakBearerOptions.AcrLevels"/>, a higher level is sufficient, too.
    /// </param>
    /// <param name="maxAge">The maximum age of the login: whole seconds, from 1 second to 365 days. Null: any age.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">There is no level, or its name cannot be sent in a header.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The age is not a whole number of seconds, or out of range.</exception>
    public static TBuilder RequireAuthentication<TBuilder>(this TBuilder builder, string acrValues, TimeSpan? maxAge = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(acrValues);
        return builder.RequireAuthorization(new RequireAuthenticationAttribute(acrValues, maxAge));
    }

    /// <summary>Accepts only tokens of a recent login of any level (RFC 9470).</summary>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="maxAge">The maximum age of the login: whole seconds, from 1 second to 365 days.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The age is not a whole number of seconds, or out of range.</exception>
    public static TBuilder RequireAuthentication<TBuilder>(this TBuilder builder, TimeSpan maxAge)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireAuthenticationAttribute(null, maxAge));

    /// <summary>Accepts only tokens that are bound to a key (DPoP, RFC 9449) or to a client certificate (RFC 8705).</summary>
    /// <typeparam name="TBuilder">The type of the endpoint convention builder.</typeparam>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>The proof of a bound token is checked on every endpoint. This also rejects tokens that are not bound, with 401.</remarks>
    public static TBuilder RequireProofOfPossession<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireProofOfPossessionAttribute());
}
