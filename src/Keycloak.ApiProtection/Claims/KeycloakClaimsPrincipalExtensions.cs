using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Keycloak.ApiProtection.Claims.Payload;

namespace System.Security.Claims;

/// <summary>What a Keycloak access token says about the user, typed and without parsing.</summary>
/// <remarks>
/// They work on the identities of this library's handler, and on those of JwtBearer and its like, where <c>realm_access</c> and
/// <c>resource_access</c> are JSON text and <c>scope</c> is one string. Everything is compared with case, as Keycloak does. A user without
/// such a claim has none: <see langword="null"/> or an empty list, never an exception.
/// <para>
/// A principal can have several identities. Only authenticated identities of a Keycloak realm count: those of <c>AddKeycloakBearer</c>,
/// and those of other handlers whose issuer is a realm's URL (<c>.../realms/{name}</c>; see
/// <see cref="KeycloakClaimsOptions.ValidIssuers"/>). They all belong to one user: that of the first identity of <c>AddKeycloakBearer</c>,
/// or, without one, of the first identity that a realm issued. Further identities count only when they have the same <c>iss</c> and
/// <c>sub</c>; then lists are the union, and a single value is that of the first identity that has one. Where no identity counts, lists
/// are empty, no right is given, and a single value is that of the first authenticated identity that has one. The policies (<c>scope:</c>,
/// <c>realm-role:</c>, ...) follow the same rule. <see cref="ClaimsPrincipal.IsInRole"/> and <c>[Authorize(Roles = "...")]</c> are the
/// framework's: they look at the role claims of every identity.
/// </para>
/// </remarks>
public static class KeycloakClaimsPrincipalExtensions
{
    /// <summary>The user's id in Keycloak (<c>sub</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> where the token has none: since Keycloak 25 it comes with the client scope <c>basic</c>.</returns>
    public static string? GetSubject(this ClaimsPrincipal principal) =>
        FirstOf(principal, token => token.Holder.Subject, identity => IdentityClaims.First(identity, KeycloakClaimTypes.Subject, ClaimTypes.NameIdentifier));

    /// <summary>The user's session in Keycloak: <c>sid</c>, and before Keycloak 25 <c>session_state</c>.</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> where there is no session, as with service accounts.</returns>
    public static string? GetSessionId(this ClaimsPrincipal principal) =>
        FirstOf(principal, token => token.Holder.SessionId, identity => IdentityClaims.First(identity, KeycloakClaimTypes.SessionId, KeycloakClaimTypes.SessionState));

    /// <summary>The client the token was issued to (<c>azp</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> where the token does not say.</returns>
    public static string? GetAuthorizedParty(this ClaimsPrincipal principal) =>
        FirstOf(principal, token => token.Holder.AuthorizedParty, identity => IdentityClaims.First(identity, KeycloakClaimTypes.AuthorizedParty));

    /// <summary>How strongly the user authenticated (<c>acr</c>): a name of the realm's or client's level map, or a number.</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> where the token does not say.</returns>
    public static string? GetAuthenticationContextClass(this ClaimsPrincipal principal) => FirstOf(
        principal,
        token => token.Holder.AuthenticationContextClass,
        identity => IdentityClaims.First(identity, KeycloakClaimTypes.AuthenticationContextClass, InboundClaimMap.AuthenticationContextClass));

    /// <summary>When the token expires (<c>exp</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> where the token does not say.</returns>
    public static DateTimeOffset? GetExpiration(this ClaimsPrincipal principal) =>
        FirstOf(principal, token => token.Holder.ExpiresAt, identity => IdentityClaims.Time(identity, KeycloakClaimTypes.ExpiresAt));

    /// <summary>When the token was issued (<c>iat</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> where the token does not say.</returns>
    public static DateTimeOffset? GetIssuedAt(this ClaimsPrincipal principal) =>
        FirstOf(principal, token => token.Holder.IssuedAt, identity => IdentityClaims.Time(identity, KeycloakClaimTypes.IssuedAt));

    /// <summary>When the user logged in (<c>auth_time</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> where the token does not say, or says 0, as Keycloak before 25 does where it does not know.</returns>
    public static DateTimeOffset? GetAuthenticationTime(this ClaimsPrincipal principal) =>
        FirstOf(principal, token => token.Holder.AuthenticationTime, identity => IdentityClaims.Time(identity, KeycloakClaimTypes.AuthenticationTime));

    /// <summary>Whether a client acts for itself here (client credentials), and not for a user.</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="true"/> for Keycloak's user <c>service-account-...</c> of the client the token was issued to.</returns>
    public static bool IsServiceAccount(this ClaimsPrincipal principal) => FirstOf<bool?>(
        principal,
        token => token.Holder.IsServiceAccount ? true : null,
        identity => IdentityClaims.IsServiceAccount(identity) ? true : null) is true;

    /// <summary>The APIs the token is meant for (<c>aud</c>).</summary>
    /// <param name="principal">The user.</param>
    public static IReadOnlyList<string> GetAudiences(this ClaimsPrincipal principal) => AllOf(
        principal, token => token.Holder.Audiences, (ClaimsIdentity identity, ref List<string>? into) => IdentityClaims.Values(identity, KeycloakClaimTypes.Audience, ref into));

    /// <summary>The scopes that the client was granted.</summary>
    /// <param name="principal">The user.</param>
    public static IReadOnlyList<string> GetScopes(this ClaimsPrincipal principal) => AllOf(principal, token => token.Scopes, IdentityClaims.Scopes);

    /// <summary>Whether the client was granted a scope.</summary>
    /// <param name="principal">The user.</param>
    /// <param name="scope">One scope, with case.</param>
    public static bool HasScope(this ClaimsPrincipal principal, string scope)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(scope);
        return UserRights.HasScope(principal, scope);
    }

    /// <summary>The user's realm roles (<c>realm_access</c>).</summary>
    /// <param name="principal">The user.</param>
    public static IReadOnlyList<string> GetRealmRoles(this ClaimsPrincipal principal) =>
        AllOf(principal, token => token.RealmRoles, IdentityClaims.RealmRoles);

    /// <summary>Whether the user has a realm role.</summary>
    /// <param name="principal">The user.</param>
    /// <param name="role">The role, with case.</param>
    public static bool HasRealmRole(this ClaimsPrincipal principal, string role)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(role);
        return UserRights.HasRealmRole(principal, role);
    }

    /// <summary>The user's roles of a client (<c>resource_access</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <param name="client">The client's id, with case.</param>
    public static IReadOnlyList<string> GetClientRoles(this ClaimsPrincipal principal, string client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return AllOf(
            principal,
            token => token.ClientRoles(client),
            (ClaimsIdentity identity, ref List<string>? into) => IdentityClaims.ClientRoles(identity, client, ref into));
    }

    /// <summary>The user's roles of this API's own client: the setting <c>resource</c>, or <see cref="KeycloakClaimsOptions.ClientId"/>.</summary>
    /// <param name="principal">The user.</param>
    /// <returns>Empty also where the own client is not configured.</returns>
    public static IReadOnlyList<string> GetClientRoles(this ClaimsPrincipal principal) => AllOf(
        principal,
        token => token.Options.ClientId is { } client ? token.ClientRoles(client) : NameSet.Empty,
        (ClaimsIdentity identity, ref List<string>? into) =>
        {
            if (IdentityClaims.OwnClient(identity) is { } client)
            {
                IdentityClaims.ClientRoles(identity, client, ref into);
            }
        });

    /// <summary>Whether the user has a role of a client.</summary>
    /// <param name="principal">The user.</param>
    /// <param name="client">The client's id, with case.</param>
    /// <param name="role">The role, with case.</param>
    public static bool HasClientRole(this ClaimsPrincipal principal, string client, string role)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(role);
        return UserRights.HasClientRole(principal, client, role);
    }

    /// <summary>Whether the user has a role of this API's own client: the setting <c>resource</c>, or <see cref="KeycloakClaimsOptions.ClientId"/>.</summary>
    /// <param name="principal">The user.</param>
    /// <param name="role">The role, with case.</param>
    /// <returns><see langword="false"/> also where the own client is not configured.</returns>
    public static bool HasClientRole(this ClaimsPrincipal principal, string role)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(role);
        return UserRights.HasOwnClientRole(principal, role, null);
    }

    /// <summary>The user's groups (<c>groups</c>), as the mapper writes them: <c>/staff</c> with "Full group path", else <c>staff</c>.</summary>
    /// <param name="principal">The user.</param>
    public static IReadOnlyList<string> GetGroups(this ClaimsPrincipal principal) => AllOf(
        principal, token => token.Memberships.Groups, (ClaimsIdentity identity, ref List<string>? into) => IdentityClaims.Values(identity, KeycloakClaimTypes.Groups, ref into));

    /// <summary>The user's organizations (<c>organization</c>), with id and attributes where the token has them.</summary>
    /// <param name="principal">The user.</param>
    public static IReadOnlyList<KeycloakOrganization> GetOrganizations(this ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        var organizations = new List<KeycloakOrganization>();
        foreach (var identity in new RightsIdentities(principal))
        {
            if (identity is KeycloakIdentity { Token: { } token })
            {
                foreach (var organization in token.Memberships.Organizations)
                {
                    OrganizationJson.Add(organizations, organization);
                }
            }
            else
            {
                IdentityClaims.Organizations(identity, organizations);
            }
        }

        return organizations;
    }

    private static T? FirstOf<T>(ClaimsPrincipal principal, Func<AccessTokenClaims, T?> ofToken, Func<ClaimsIdentity, T?> ofIdentity)
    {
        ArgumentNullException.ThrowIfNull(principal);
        var isKeycloakUser = false;
        foreach (var identity in new RightsIdentities(principal))
        {
            isKeycloakUser = true;
            if (Of(identity) is { } value)
            {
                return value;
            }
        }

        // The name of one user must not stand beside the rights of another. Without rights there is nothing to mix up.
        if (!isKeycloakUser)
        {
            foreach (var identity in new AuthenticatedIdentities(principal))
            {
                if (Of(identity) is { } value)
                {
                    return value;
                }
            }
        }

        return default;

        T? Of(ClaimsIdentity identity) => identity is KeycloakIdentity { Token: { } token } ? ofToken(token) : ofIdentity(identity);
    }

    private static NameSet AllOf(ClaimsPrincipal principal, Func<AccessTokenClaims, NameSet> ofToken, UserRights.Collecting ofIdentity)
    {
        ArgumentNullException.ThrowIfNull(principal);
        NameSet? only = null;
        List<string>? union = null;
        foreach (var identity in new RightsIdentities(principal))
        {
            NameSet names;
            if (identity is KeycloakIdentity { Token: { } token })
            {
                names = ofToken(token);
            }
            else
            {
                List<string>? collected = null;
                ofIdentity(identity, ref collected);
                names = NameSet.Of(collected);
            }

            if (only is null)
            {
                only = names;
            }
            else
            {
                union ??= [.. only];
                union.AddRange(names);
            }
        }

        return union is null ? only ?? NameSet.Empty : NameSet.Of(union);
    }
}
