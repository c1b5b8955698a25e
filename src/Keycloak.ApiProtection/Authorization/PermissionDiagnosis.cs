using System.Security.Claims;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Keycloak.ApiProtection.Diagnostics;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>Diagnoses why a permission is missing, from frequent mistakes, and names the remedy in Keycloak's console.</summary>
internal static class PermissionDiagnosis
{
    public static Diagnosis Scopes(ClaimsPrincipal user, string[] missing)
    {
        var client = Client(user);
        var scopes = string.Join("\", \"", missing);
        var near = missing.Select(scope => Near(user.GetScopes(), scope)).FirstOrDefault(scope => scope is not null);
        var hint = near is null ? null : $" It has \"{near}\": scopes are case-sensitive.";
        return new(
            $"The token of client \"{client}\" was not granted \"{scopes}\".{hint}",
            $"Add the client scope to the client (Clients > {client} > Client scopes > Add client scope). As Default, every token has it. "
                + $"As Optional, the client must request it with \"scope={string.Join(' ', missing)}\". \"Include in token scope\" of the "
                + "client scope must be on.");
    }

    public static Diagnosis RealmRole(ClaimsPrincipal user, string role)
    {
        var client = Client(user);
        if (WithoutAnyRole(user) is { } without)
        {
            return without;
        }

        var near = Near(user.GetRealmRoles(), role);
        var elsewhere = near is null ? ClientsWith(user, role) : null;
        return new(
            $"The token does not contain the realm role \"{role}\"."
                + (near is null ? null : $" It contains \"{near}\": roles are case-sensitive.")
                + (elsewhere is null
                    ? null
                    : $" It contains a role with this name of the client \"{elsewhere}\", for which the policy is "
                        + $"\"client-role:{elsewhere}/{role}\"."),
            "Assign the realm role (Users > Role mapping, or to a group). If the user has the role, client "
                + $"\"{client}\" does not include it in its tokens: turn on \"Full scope allowed\" or assign the role there "
                + $"(Clients > {client} > Client scopes > {client}-dedicated > Scope).");
    }

    public static Diagnosis ClientRole(ClaimsPrincipal user, string? owner, string role)
    {
        if (owner is null)
        {
            return new(
                $"The policy requires the role \"{role}\" of this API's own client, but no own client is configured.",
                "Set \"resource\" in the configuration section (or KeycloakClaimsOptions.ClientId) to this API's client id, or name the "
                    + $"client in the policy: \"client-role:client/{role}\".");
        }

        if (WithoutAnyRole(user) is { } without)
        {
            return without;
        }

        var client = Client(user);
        var near = Near(user.GetClientRoles(owner), role);
        var elsewhere = near is not null ? null
            : user.HasRealmRole(role) ? $"a realm role with this name, for which the policy is \"realm-role:{role}\""
            : ClientsWith(user, role) is { } other
                ? $"a role with this name of the client \"{other}\", for which the policy is \"client-role:{other}/{role}\""
            : null;
        return new(
            $"The token does not contain the role \"{role}\" of the client \"{owner}\"."
                + (near is null ? null : $" It contains \"{near}\": roles are case-sensitive.")
                + (elsewhere is null ? null : $" It contains {elsewhere}."),
            $"Assign the role of client \"{owner}\" (Users > Role mapping > Filter by clients). If the user has the role, client "
                + $"\"{client}\" does not include it in its tokens: turn on \"Full scope allowed\" or assign the role there "
                + $"(Clients > {client} > Client scopes > {client}-dedicated > Scope).");
    }

    public static Diagnosis Group(ClaimsPrincipal user, string group)
    {
        var groups = user.GetGroups();
        if (groups.Count == 0)
        {
            return new(
                $"The token contains no groups; the endpoint needs \"{group}\".",
                $"Add a mapper \"Group Membership\" with the claim name \"groups\" to a client scope of client \"{Client(user)}\" "
                    + "(Client scopes > ... > Mappers), let the client request that scope, and make the user a member (Users > Groups).");
        }

        // "/staff" instead of "staff", or the reverse: the mapper's setting differs, not the user's groups.
        var other = group.StartsWith('/')
            ? group[(group.LastIndexOf('/') + 1)..]
            : groups.FirstOrDefault(g => g.EndsWith('/' + group, StringComparison.Ordinal));
        return other is not null && groups.Contains(other)
            ? new(
                $"The token contains the group \"{ForeignText.Name(other)}\", but the endpoint needs \"{group}\".",
                $"The mapper's \"Full group path\" decides between the two: change it, or use \"group:{ForeignText.Name(other)}\".")
            : new(
                $"The token does not contain the group \"{group}\".",
                "Make the user a member of it (Users > Groups). Parent and child groups do not count.");
    }

    public static Diagnosis Organization(ClaimsPrincipal user, string organization)
    {
        var organizations = user.GetOrganizations();
        if (organizations.Count == 0)
        {
            return new(
                $"The token contains no organization; the endpoint needs \"{organization}\".",
                $"Let client \"{Client(user)}\" request \"scope=organization\" (Clients > Client scopes: add \"organization\"), and make "
                    + "the user a member (Organizations > Members). A user of several organizations needs \"scope=organization:*\".");
        }

        var near = Near([.. organizations.Select(candidate => candidate.Name)], organization);
        return new(
            $"The token does not contain the organization \"{organization}\"."
                + (near is null ? null : $" It contains \"{near}\": aliases are case-sensitive."),
            "Make the user a member of it (Organizations > Members), or let the client request it with "
                + $"\"scope=organization:{organization}\". The policy names the organization's alias, not its name or id.");
    }

    public static Diagnosis Authentication(ClaimsPrincipal user, string[] levels, string? maxAge, bool isLevelMet)
    {
        var logins = new RightsIdentities(user).Select(UserAuthentication.Of).ToArray();
        var login = logins.FirstOrDefault(one => one.IsOfUser);
        var client = Client(user);
        if (!login.IsOfUser)
        {
            return new(
                $"The token of client \"{client}\" belongs to a service account, which has no login.",
                "Call the endpoint with the token of a user, or give service accounts an endpoint without this requirement.");
        }

        if (login.Level is null && (levels.Length > 0 || login.Time is null))
        {
            return new(
                $"The token of client \"{client}\" does not contain \"acr\", so its level is not known. Introspection does not replace it, "
                    + "because Keycloak's response describes the session.",
                $"Add the client scope \"acr\" to the client as Default (Clients > {client} > Client scopes). For lightweight access "
                    + "tokens, also turn on \"Add to lightweight access token\" of its mapper \"acr loa level\" and of the mapper "
                    + "\"auth_time\" of the client scope \"basic\".");
        }

        var request = string.Join('&', new[]
        {
            levels.Length == 0 ? null : $"acr_values={string.Join(' ', levels)}",
            maxAge is null ? null : $"max_age={maxAge}",
        }.OfType<string>());
        var remedy = $"The client must repeat the login with {request} (RFC 9470). ";
        return isLevelMet
            ? new(
                login.Time is null
                    ? "The token does not contain \"auth_time\"."
                    : $"The user did not log in (\"auth_time\") within the last {maxAge} seconds.",
                remedy + "If a new login does not help, compare the clocks of Keycloak and of this machine, and check that the mapper "
                    + $"\"auth_time\" adds the claim to the tokens (Clients > {client} > Client scopes > basic).")
            : new(
                $"The token has the level \"{ForeignText.Name(login.Level)}\"; the endpoint requires "
                    + $"\"{string.Join("\" or \"", levels)}\".",
                remedy + "If Keycloak returns the same level again, check Realm settings > General > ACR to LoA Mapping and the conditions "
                    + "\"Level of Authentication\" of the browser flow.");
    }

    public static Diagnosis Roles(ClaimsPrincipal user, string[] roles)
    {
        if (WithoutAnyRole(user) is { } without)
        {
            return without;
        }

        var wanted = string.Join("\", \"", roles);
        var ofRealm = roles.Where(role => user.HasRealmRole(role))
            .Select(role => $" The token contains the realm role \"{role}\", which is not mapped to a role claim: see RealmRoles of "
                + "the claims options.");
        var ofClients = roles.Select(role => (Role: role, Client: ClientsWith(user, role)))
            .Where(found => found.Client is not null)
            .Select(found => $" The token contains the role \"{found.Role}\" of the client \"{found.Client}\", which is not mapped to "
                + $"a role claim: use \"client-role:{found.Client}/{found.Role}\", or name the client in RoleClients of the claims "
                + "options.");
        var near = ofRealm.Concat(ofClients).FirstOrDefault();
        return new(
            $"[Authorize(Roles = ...)] needs one of \"{wanted}\", and the user has no such role claim.{near}",
            "Assign the role (Users > Role mapping). Role claims come from realm roles and from roles of this API's own client; the claims "
                + "options can name more sources.");
    }

    /// <summary>Returns a diagnosis if none of the user's identities is one whose rights count; otherwise null.</summary>
    /// <remarks>This reason has priority over all others.</remarks>
    public static Diagnosis? NoRights(ClaimsPrincipal user)
    {
        foreach (var _ in new RightsIdentities(user))
        {
            return null;
        }

        foreach (var identity in new AuthenticatedIdentities(user))
        {
            var issuer = IdentityClaims.First(identity, KeycloakClaimTypes.Issuer);
            return new(
                $"The user was authenticated as \"{ForeignText.Name(identity.AuthenticationType)}\", "
                    + "not by the access token of a Keycloak realm"
                    + (issuer is null ? " (there is no claim \"iss\")." : $" (the issuer is \"{ForeignText.Name(issuer)}\")."),
                "Only identities of AddKeycloakBearer count, and those of other handlers that keep the token's \"iss\" "
                    + "(https://host/realms/name) and \"azp\". If the realm is trusted, name it in KeycloakClaimsOptions.ValidIssuers; "
                    + "otherwise name the accepted schemes in the endpoint's policy.");
        }

        return null;
    }

    private static Diagnosis? WithoutAnyRole(ClaimsPrincipal user)
    {
        foreach (var identity in new RightsIdentities(user))
        {
            if (IdentityClaims.First(identity, KeycloakClaimTypes.RealmAccess, KeycloakClaimTypes.ResourceAccess) is not null)
            {
                return null;
            }
        }

        var client = Client(user);
        return new(
            $"The token of client \"{client}\" contains no roles (neither realm_access nor resource_access).",
            $"Add the client scope \"roles\" to the client as Default (Clients > {client} > Client scopes). Check that \"Add to access "
                + "token\" of its mappers is on, that \"Full scope allowed\" of the client is on or its roles are assigned "
                + $"(Clients > {client} > Client scopes > {client}-dedicated > Scope), and that \"Always use lightweight access token\" "
                + "is off (Clients > Advanced).");
    }

    private static string? ClientsWith(ClaimsPrincipal user, string role)
    {
        foreach (var identity in new RightsIdentities(user))
        {
            var clients = identity is KeycloakIdentity { Token: { } token } ? token.Clients : IdentityClaims.Clients(identity);
            foreach (var (client, roles) in clients)
            {
                if (roles.Contains(role))
                {
                    return ForeignText.Name(client);
                }
            }
        }

        return null;
    }

    private static string? Near(IReadOnlyList<string> names, string name) =>
        names.FirstOrDefault(candidate => string.Equals(candidate, name, StringComparison.OrdinalIgnoreCase)) is { } near
            ? ForeignText.Name(near)
            : null;

    private static string Client(ClaimsPrincipal user) => ForeignText.Name(user.GetAuthorizedParty() ?? "unknown");
}
