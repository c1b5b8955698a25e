using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Foreign;

namespace Keycloak.ApiProtection.Claims;

/// <summary>Checks whether a user has a right. The checks do not allocate for users that this library's handler created.</summary>
/// <remarks><see cref="RightsIdentities"/> decides which identities are used.</remarks>
internal static class UserRights
{
    internal delegate void Collecting(ClaimsIdentity identity, ref List<string>? into);

    public static bool HasScope(ClaimsPrincipal principal, string scope)
    {
        foreach (var identity in new RightsIdentities(principal))
        {
            if (identity is KeycloakIdentity { Token: { } token } ? token.Scopes.Contains(scope) : IdentityClaims.HasScope(identity, scope))
            {
                return true;
            }
        }

        return false;
    }

    public static bool HasRealmRole(ClaimsPrincipal principal, string role)
    {
        foreach (var identity in new RightsIdentities(principal))
        {
            if (identity is KeycloakIdentity { Token: { } token }
                ? token.RealmRoles.Contains(role)
                : Contains(identity, IdentityClaims.RealmRoles, role))
            {
                return true;
            }
        }

        return false;
    }

    public static bool HasClientRole(ClaimsPrincipal principal, string client, string role)
    {
        foreach (var identity in new RightsIdentities(principal))
        {
            if (HasClientRole(identity, client, role))
            {
                return true;
            }
        }

        return false;
    }

    /// <param name="principal">The user.</param>
    /// <param name="role">The role.</param>
    /// <param name="ownClient">This API's own client, for identities that do not contain it.</param>
    public static bool HasOwnClientRole(ClaimsPrincipal principal, string role, string? ownClient)
    {
        foreach (var identity in new RightsIdentities(principal))
        {
            if ((IdentityClaims.OwnClient(identity) ?? ownClient) is { } client && HasClientRole(identity, client, role))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsInGroup(ClaimsPrincipal principal, string group)
    {
        foreach (var identity in new RightsIdentities(principal))
        {
            if (identity is KeycloakIdentity { Token: { } token }
                ? token.Memberships.Groups.Contains(group)
                : Contains(
                    identity,
                    (ClaimsIdentity i, ref List<string>? into) => IdentityClaims.Values(i, KeycloakClaimTypes.Groups, ref into),
                    group))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsInOrganization(ClaimsPrincipal principal, string organization)
    {
        foreach (var identity in new RightsIdentities(principal))
        {
            if (identity is KeycloakIdentity { Token: { } token }
                ? token.Memberships.OrganizationNames.Contains(organization)
                : IsMember(identity, organization))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasClientRole(ClaimsIdentity identity, string client, string role)
    {
        if (identity is KeycloakIdentity { Token: { } token })
        {
            return token.ClientRoles(client).Contains(role);
        }

        List<string>? roles = null;
        IdentityClaims.ClientRoles(identity, client, ref roles);
        return roles is not null && roles.Contains(role);
    }

    // A separate method, so that callers do not allocate a closure for the lambda.
    private static bool IsMember(ClaimsIdentity identity, string organization)
    {
        var organizations = new List<KeycloakOrganization>();
        IdentityClaims.Organizations(identity, organizations);
        return organizations.Exists(candidate => string.Equals(candidate.Name, organization, StringComparison.Ordinal));
    }

    private static bool Contains(ClaimsIdentity identity, Collecting collect, string name)
    {
        List<string>? names = null;
        collect(identity, ref names);
        return names is not null && names.Contains(name);
    }
}
