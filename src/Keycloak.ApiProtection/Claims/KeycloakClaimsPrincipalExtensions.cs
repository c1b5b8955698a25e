using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Keycloak.ApiProtection.Claims.Payload;

namespace System.Security.Claims;

/// <summary>Extension methods that read the claims of a Keycloak access token from the user, as typed values.</summary>
/// <remarks>
/// They work with the identities of this library's handler and of JwtBearer and similar handlers, in which <c>realm_access</c> and
/// <c>resource_access</c> are JSON text and <c>scope</c> is one string. All comparisons are case-sensitive, as in Keycloak. If a claim is
/// missing, the result is <see langword="null"/> or an empty list, never an exception.
/// <para>
/// A principal can have several identities. Only authenticated identities of a Keycloak realm are used: those of <c>AddKeycloakBearer</c>,
/// and those of other handlers whose issuer is a realm's URL (<c>.../realms/{name}</c>; see
/// <see cref="KeycloakClaimsOptions.ValidIssuers"/>). All used identities belong to one user: the user of the first identity of
/// <c>AddKeycloakBearer</c> or, if there is none, of the first identity that a realm issued. Other identities are used only if they have
/// the same <c>iss</c> and <c>sub</c>. A list is then the union of all lists, and a single value is taken from the first identity that has
/// it. If no identity is used, lists are empty, no right is granted, and a single value is taken from the first authenticated identity that
/// has it. The policies (<c>scope:</c>, <c>realm-role:</c>, ...) follow the same rules. <see cref="ClaimsPrincipal.IsInRole"/> and
/// <c>[Authorize(Roles = "...")]</c> belong to the framework and use the role claims of every identity.
/// </para>
/// </remarks>
public static class KeycloakClaimsPrincipalExtensions
{
    /// <summary>The user's id in Keycloak (<c>sub</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> if the token has none. Since Keycloak 25 the client scope <c>basic</c> adds it.</returns>
    public static string? GetSubject(this ClaimsPrincipal principal) =>
        FirstOf(
            principal,
            token => token.Holder.Subject,
            identity => IdentityClaims.First(identity, KeycloakClaimTypes.Subject, ClaimTypes.NameIdentifier));

    /// <summary>The user's session in Keycloak: <c>sid</c>, or <c>session_state</c> before Keycloak 25.</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> if there is no session, for example for service accounts.</returns>
    public static string? GetSessionId(this ClaimsPrincipal principal) =>
        FirstOf(
            principal,
            token => token.Holder.SessionId,
            identity => IdentityClaims.First(identity, KeycloakClaimTypes.SessionId, KeycloakClaimTypes.SessionState));

    /// <summary>The client that the token was issued to (<c>azp</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> if the token does not contain it.</returns>
    public static string? GetAuthorizedParty(this ClaimsPrincipal principal) =>
        FirstOf(
            principal,
            token => token.Holder.AuthorizedParty,
            identity => IdentityClaims.First(identity, KeycloakClaimTypes.AuthorizedParty));

    /// <summary>
    /// The authentication level of the user (<c>acr</c>): a name from the realm's or client's ACR to LoA mapping, or a number.
    /// </summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> if the token does not contain it.</returns>
    public static string? GetAuthenticationContextClass(this ClaimsPrincipal principal) => FirstOf(
        principal,
        token => token.Holder.AuthenticationContextClass,
        identity => IdentityClaims.First(
            identity, KeycloakClaimTypes.AuthenticationContextClass, InboundClaimMap.AuthenticationContextClass));

    /// <summary>When the token expires (<c>exp</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> if the token does not contain it.</returns>
    public static DateTimeOffset? GetExpiration(this ClaimsPrincipal principal) =>
        FirstOf(principal, token => token.Holder.ExpiresAt, identity => IdentityClaims.Time(identity, KeycloakClaimTypes.ExpiresAt));

    /// <summary>When the token was issued (<c>iat</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="null"/> if the token does not contain it.</returns>
    public static DateTimeOffset? GetIssuedAt(this ClaimsPrincipal principal) =>
        FirstOf(principal, token => token.Holder.IssuedAt, identity => IdentityClaims.Time(identity, KeycloakClaimTypes.IssuedAt));

    /// <summary>When the user logged in (<c>auth_time</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <returns>
    /// <see langword="null"/> if the token does not contain it, or contains 0, which Keycloak before 25 writes if it is unknown.
    /// </returns>
    public static DateTimeOffset? GetAuthenticationTime(this ClaimsPrincipal principal) =>
        FirstOf(
            principal,
            token => token.Holder.AuthenticationTime,
            identity => IdentityClaims.Time(identity, KeycloakClaimTypes.AuthenticationTime));

    /// <summary>Gets the thumbprint of the DPoP key that the token is bound to (<c>cnf.jkt</c>), for example for an audit log.</summary>
    /// <param name="principal">The user.</param>
    /// <returns>
    /// <see langword="null"/> if the token is not bound to a key, or if another handler authenticated the user: it is then not known
    /// whether the proof was checked.
    /// </returns>
    public static string? GetProofKey(this ClaimsPrincipal principal) =>
        new RightsIdentities(principal).OfType<KeycloakIdentity>().Select(identity => identity.Confirmation?.KeyThumbprint)
            .FirstOrDefault(thumbprint => thumbprint is not null);

    /// <summary>
    /// Returns whether the user is a service account: a client that acts for itself (client credentials), not for a user.
    /// </summary>
    /// <param name="principal">The user.</param>
    /// <returns><see langword="true"/> for Keycloak's user <c>service-account-...</c> of the client that the token was issued to.</returns>
    public static bool IsServiceAccount(this ClaimsPrincipal principal) => FirstOf<bool?>(
        principal,
        token => token.Holder.IsServiceAccount ? true : null,
        identity => IdentityClaims.IsServiceAccount(identity) ? true : null) is true;

    /// <summary>The audiences of the token (<c>aud</c>): the APIs that it is intended for.</summary>
    /// <param name="principal">The user.</param>
    public static IReadOnlyList<string> GetAudiences(this ClaimsPrincipal principal) => AllOf(
        principal,
        token => token.Holder.Audiences,
        (ClaimsIdentity identity, ref List<string>? into) => IdentityClaims.Values(identity, KeycloakClaimTypes.Audience, ref into));

    /// <summary>The scopes that were granted to the client.</summary>
    /// <param name="principal">The user.</param>
    public static IReadOnlyList<string> GetScopes(this ClaimsPrincipal principal) =>
        AllOf(principal, token => token.Scopes, IdentityClaims.Scopes);

    /// <summary>Returns whether a scope was granted to the client.</summary>
    /// <param name="principal">The user.</param>
    /// <param name="scope">One scope, case-sensitive.</param>
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

    /// <summary>Returns whether the user has a realm role.</summary>
    /// <param name="principal">The user.</param>
    /// <param name="role">The role, case-sensitive.</param>
    public static bool HasRealmRole(this ClaimsPrincipal principal, string role)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(role);
        return UserRights.HasRealmRole(principal, role);
    }

    /// <summary>The user's client roles of one client (<c>resource_access</c>).</summary>
    /// <param name="principal">The user.</param>
    /// <param name="client">The client's id, case-sensitive.</param>
    public static IReadOnlyList<string> GetClientRoles(this ClaimsPrincipal principal, string client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return AllOf(
            principal,
            token => token.ClientRoles(client),
            (ClaimsIdentity identity, ref List<string>? into) => IdentityClaims.ClientRoles(identity, client, ref into));
    }

    /// <summary>
    /// The user's client roles of this API's own client: the setting <c>resource</c>, or <see cref="KeycloakClaimsOptions.ClientId"/>.
    /// </summary>
    /// <param name="principal">The user.</param>
    /// <returns>The roles. Empty also if the own client is not configured.</returns>
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

    /// <summary>Returns whether the user has a client role of one client.</summary>
    /// <param name="principal">The user.</param>
    /// <param name="client">The client's id, case-sensitive.</param>
    /// <param name="role">The role, case-sensitive.</param>
    public static bool HasClientRole(this ClaimsPrincipal principal, string client, string role)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(role);
        return UserRights.HasClientRole(principal, client, role);
    }

    /// <summary>
    /// Returns whether the user has a client role of this API's own client: the setting <c>resource</c>, or
    /// <see cref="KeycloakClaimsOptions.ClientId"/>.
    /// </summary>
    /// <param name="principal">The user.</param>
    /// <param name="role">The role, case-sensitive.</param>
    /// <returns><see langword="false"/> also if the own client is not configured.</returns>
    public static bool HasClientRole(this ClaimsPrincipal principal, string role)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(role);
        return UserRights.HasOwnClientRole(principal, role, null);
    }

    /// <summary>
    /// The user's groups (<c>groups</c>), as the mapper writes them: <c>/staff</c> with "Full group path", otherwise <c>staff</c>.
    /// </summary>
    /// <param name="principal">The user.</param>
    public static IReadOnlyList<string> GetGroups(this ClaimsPrincipal principal) => AllOf(
        principal,
        token => token.Memberships.Groups,
        (ClaimsIdentity identity, ref List<string>? into) => IdentityClaims.Values(identity, KeycloakClaimTypes.Groups, ref into));

    /// <summary>The user's organizations (<c>organization</c>), with id and attributes if the token contains them.</summary>
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

        // The name of one user must not be combined with the rights of another. Without rights, any authenticated identity can be used.
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
