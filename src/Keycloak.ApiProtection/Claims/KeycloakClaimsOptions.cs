using System.Security.Claims;

namespace Keycloak.ApiProtection;

/// <summary>Which claims of a token become the user's name and roles.</summary>
public sealed class KeycloakClaimsOptions
{
    /// <summary>This API's own client id: whose client roles <c>client-role:writer</c> and <see cref="ClientRoles"/> mean.</summary>
    /// <value>
    /// <see langword="null"/> by default: there is no own client, only named ones count. <c>AddKeycloakBearer</c> fills it from its setting
    /// <c>resource</c>; applications that keep another handler set it in <c>AddKeycloakClaims</c>.
    /// </value>
    public string? ClientId { get; set; }

    /// <summary>The claim that is <see cref="ClaimsIdentity.Name"/>. A token without it is named by its <c>sub</c>.</summary>
    /// <value><c>preferred_username</c> by default; not empty.</value>
    public string NameClaimType { get; set; } = KeycloakClaimTypes.PreferredUserName;

    /// <summary>The type under which roles stand as claims: what <c>User.IsInRole</c> and <c>[Authorize(Roles = "...")]</c> ask for.</summary>
    /// <value><see cref="ClaimTypes.Role"/> by default; not empty, and not a claim that Keycloak gives another meaning (<c>scope</c>, <c>sub</c>, ...).</value>
    /// <remarks>
    /// Only the sources named here (<see cref="RealmRoles"/>, <see cref="ClientRoles"/>, <see cref="RoleClients"/>, <see cref="RoleClaims"/>) become
    /// role claims. A token claim that merely has this type for its name is left out of the identity, so that a protocol mapper cannot make roles
    /// by accident; to use such a flat claim, name it in <see cref="RoleClaims"/>.
    /// </remarks>
    public string RoleClaimType { get; set; } = ClaimTypes.Role;

    /// <summary>Whether the realm roles (<c>realm_access</c>) become role claims.</summary>
    /// <value><see langword="true"/> by default.</value>
    public bool RealmRoles { get; set; } = true;

    /// <summary>Whether the roles of this API's own client (<see cref="ClientId"/>) become role claims.</summary>
    /// <value><see langword="true"/> by default.</value>
    public bool ClientRoles { get; set; } = true;

    /// <summary>Other clients whose roles become role claims: client id to the prefix its roles get.</summary>
    /// <value>Empty by default. <c>["account"] = "account:"</c> makes <c>account:view-profile</c>; an empty prefix makes <c>view-profile</c>.</value>
    public IDictionary<string, string> RoleClients { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Flat token claims (a string, or an array of strings) whose values become role claims, such as the <c>roles</c> of a protocol mapper.</summary>
    /// <value>Empty by default.</value>
    public ICollection<string> RoleClaims { get; } = [];

    /// <summary>
    /// The realms whose identities count where another handler made them (<c>AddKeycloakClaims</c>): their issuers, compared with case.
    /// </summary>
    /// <value>
    /// Empty by default: every issuer that has the form of a realm's URL (<c>https://host/realms/{name}</c>) counts. Name the issuers
    /// where the application also accepts tokens of a foreign Keycloak. Each entry must have that form.
    /// </value>
    /// <remarks>It has no effect on <c>AddKeycloakBearer</c>, which accepts only tokens of its own realms.</remarks>
    public ICollection<string> ValidIssuers { get; } = [];

    /// <summary>Whether well-known claims stand in the identity a second time under the long names of <see cref="ClaimTypes"/>, as JwtBearer has them.</summary>
    /// <value>
    /// <see langword="false"/> by default. When <see langword="true"/>: <c>sub</c> (<see cref="ClaimTypes.NameIdentifier"/>), <c>unique_name</c>
    /// (<see cref="ClaimTypes.Name"/>), <c>email</c>, <c>given_name</c>, <c>family_name</c> (<see cref="ClaimTypes.Surname"/>), <c>birthdate</c>
    /// (<see cref="ClaimTypes.DateOfBirth"/>), <c>gender</c>, <c>website</c> (<see cref="ClaimTypes.Webpage"/>), <c>upn</c>, <c>acr</c> and <c>amr</c>. The
    /// short names stay. Roles are not among them: see <see cref="RoleClaimType"/>.
    /// </value>
    public bool MapInboundClaims { get; set; }
}
