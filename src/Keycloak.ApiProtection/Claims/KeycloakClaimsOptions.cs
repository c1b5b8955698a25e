using System.Security.Claims;

namespace Keycloak.ApiProtection;

/// <summary>Options for the claims that become the user's name and roles.</summary>
public sealed class KeycloakClaimsOptions
{
    /// <summary>
    /// This API's own client id. <c>client-role:writer</c> and <see cref="ClientRoles"/> refer to the roles of this client.
    /// </summary>
    /// <value>
    /// <see langword="null"/> by default: there is no own client, and client roles must name their client. <c>AddKeycloakBearer</c> sets it
    /// from its setting <c>resource</c>. Applications with another handler set it in <c>AddKeycloakClaims</c>.
    /// </value>
    public string? ClientId { get; set; }

    /// <summary>
    /// The claim that becomes <see cref="ClaimsIdentity.Name"/>. If a token does not contain it, the name is its <c>sub</c>.
    /// </summary>
    /// <value><c>preferred_username</c> by default; not empty.</value>
    public string NameClaimType { get; set; } = KeycloakClaimTypes.PreferredUserName;

    /// <summary>The type of the role claims, which <c>User.IsInRole</c> and <c>[Authorize(Roles = "...")]</c> check.</summary>
    /// <value>
    /// <see cref="ClaimTypes.Role"/> by default; not empty, and not a claim that has another meaning in Keycloak (<c>scope</c>, <c>sub</c>,
    /// ...).
    /// </value>
    /// <remarks>
    /// Only the roles from <see cref="RealmRoles"/>, <see cref="ClientRoles"/>, <see cref="RoleClients"/> and <see cref="RoleClaims"/>
    /// become role claims. A token claim whose name is equal to this type is not added to the identity, so that a protocol mapper cannot
    /// create roles by accident. To use such a flat claim, add its name to <see cref="RoleClaims"/>.
    /// </remarks>
    public string RoleClaimType { get; set; } = ClaimTypes.Role;

    /// <summary>Whether the realm roles (<c>realm_access</c>) become role claims.</summary>
    /// <value><see langword="true"/> by default.</value>
    public bool RealmRoles { get; set; } = true;

    /// <summary>Whether the roles of this API's own client (<see cref="ClientId"/>) become role claims.</summary>
    /// <value><see langword="true"/> by default.</value>
    public bool ClientRoles { get; set; } = true;

    /// <summary>Other clients whose roles become role claims: maps a client id to the prefix of its roles.</summary>
    /// <value>
    /// Empty by default. <c>["account"] = "account:"</c> creates <c>account:view-profile</c>; an empty prefix creates <c>view-profile</c>.
    /// </value>
    public IDictionary<string, string> RoleClients { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Flat token claims (a string, or an array of strings) whose values become role claims, such as a claim <c>roles</c> of a protocol
    /// mapper.
    /// </summary>
    /// <value>Empty by default.</value>
    public ICollection<string> RoleClaims { get; } = [];

    /// <summary>
    /// The issuers of the trusted realms, for identities that another handler created (<c>AddKeycloakClaims</c>). The comparison is
    /// case-sensitive.
    /// </summary>
    /// <value>
    /// Empty by default: every issuer that has the form of a realm's URL (<c>https://host/realms/{name}</c>) is trusted. Add the issuers
    /// if the application also accepts tokens of another Keycloak. Each entry must have this form.
    /// </value>
    /// <remarks>This option has no effect on <c>AddKeycloakBearer</c>, which accepts only tokens of its own realms.</remarks>
    public ICollection<string> ValidIssuers { get; } = [];

    /// <summary>
    /// The authentication levels (<c>acr</c>) of the realm, lowest first. If there are any, <c>acr:silver</c> is met by every level that
    /// is not lower, such as <c>gold</c>.
    /// </summary>
    /// <value>
    /// Empty by default: the level must be equal to a required one. Each level has one entry; an entry with several names of the same
    /// level separates them with spaces, such as <c>gold 2</c>. A name must not occur twice. A level that an endpoint requires must be in
    /// the list; otherwise the application does not start. A token with a level that is not in the list meets only that level.
    /// </value>
    /// <remarks>
    /// The names are those of Realm settings > General > ACR to LoA Mapping. Keycloak's <c>acr</c> is the number of the level if the
    /// mapping has no name for it, or if the client requested the number.
    /// </remarks>
    public IList<string> AcrLevels { get; } = [];

    /// <summary>
    /// Whether well-known claims are added to the identity a second time under the long names of <see cref="ClaimTypes"/>, as JwtBearer
    /// does.
    /// </summary>
    /// <value>
    /// <see langword="false"/> by default. If <see langword="true"/>, these claims are added: <c>sub</c>
    /// (<see cref="ClaimTypes.NameIdentifier"/>), <c>unique_name</c> (<see cref="ClaimTypes.Name"/>), <c>email</c>, <c>given_name</c>,
    /// <c>family_name</c> (<see cref="ClaimTypes.Surname"/>), <c>birthdate</c> (<see cref="ClaimTypes.DateOfBirth"/>), <c>gender</c>,
    /// <c>website</c> (<see cref="ClaimTypes.Webpage"/>), <c>upn</c>, <c>acr</c> and <c>amr</c>. The claims with the short names are kept.
    /// Roles are not included; see <see cref="RoleClaimType"/>.
    /// </value>
    public bool MapInboundClaims { get; set; }
}
