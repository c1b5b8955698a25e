using System.Security.Claims;
using System.Text;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Keycloak.ApiProtection.Diagnostics;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>Finds out why a permission is missing, by what users stumble over, and says where in Keycloak's console to remedy it.</summary>
internal static class PermissionDiagnosis
{
    private const int LongestText = 200;

    public static Diagnosis Scopes(ClaimsPrincipal user, string[] missing)
    {
        var client = Client(user);
        var scopes = string.Join("\", \"", missing);
        var near = missing.Select(scope => Near(user.GetScopes(), scope)).FirstOrDefault(scope => scope is not null);
        var hint = near is null ? null : $" It has \"{near}\": scopes are compared with case.";
        return new(
            $"The token of client \"{client}\" was not granted \"{scopes}\".{hint}",
            $"Add the client scope to the client (Clients > {client} > Client scopes > Add client scope): as Default every token has it, as Optional "
                + $"the client must ask for it with \"scope={string.Join(' ', missing)}\". The client scope's \"Include in token scope\" must be on.");
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
            $"The token does not carry the realm role \"{role}\"."
                + (near is null ? null : $" It carries \"{near}\": roles are compared with case.")
                + (elsewhere is null ? null : $" It carries a role of that name of the client \"{elsewhere}\": for that the policy is \"client-role:{elsewhere}/{role}\"."),
            $"Assign the realm role (Users > Role mapping, or to a group). If the user has it: client \"{client}\" does not pass it on; switch on \"Full scope "
                + $"allowed\" or assign the role there (Clients > {client} > Client scopes > {client}-dedicated > Scope).");
    }

    public static Diagnosis ClientRole(ClaimsPrincipal user, string? owner, string role)
    {
        if (owner is null)
        {
            return new(
                $"The policy asks for the role \"{role}\" of this API's own client, and no own client is configured.",
                "Set \"resource\" in the configuration section (or KeycloakClaimsOptions.ClientId) to this API's client id, or name the client in the policy: "
                    + $"\"client-role:client/{role}\".");
        }

        if (WithoutAnyRole(user) is { } without)
        {
            return without;
        }

        var client = Client(user);
        var near = Near(user.GetClientRoles(owner), role);
        var elsewhere = near is not null ? null
            : user.HasRealmRole(role) ? $"a realm role of that name: for that the policy is \"realm-role:{role}\""
            : ClientsWith(user, role) is { } other ? $"a role of that name of the client \"{other}\": for that the policy is \"client-role:{other}/{role}\""
            : null;
        return new(
            $"The token does not carry the role \"{role}\" of the client \"{owner}\"."
                + (near is null ? null : $" It carries \"{near}\": roles are compared with case.")
                + (elsewhere is null ? null : $" It carries {elsewhere}."),
            $"Assign the role of client \"{owner}\" (Users > Role mapping > Filter by clients). If the user has it: client \"{client}\" does not pass it on; "
                + $"switch on \"Full scope allowed\" or assign the role there (Clients > {client} > Client scopes > {client}-dedicated > Scope).");
    }

    public static Diagnosis Group(ClaimsPrincipal user, string group)
    {
        var groups = user.GetGroups();
        if (groups.Count == 0)
        {
            return new(
                $"The token names no groups at all; the endpoint needs \"{group}\".",
                $"Add a mapper \"Group Membership\" with the claim name \"groups\" to a client scope of client \"{Client(user)}\" (Client scopes > ... > Mappers), "
                    + "let the client ask for that scope, and make the user a member (Users > Groups).");
        }

        // "/staff" against "staff": the mapper's switch, not the user's groups.
        var other = group.StartsWith('/') ? group[(group.LastIndexOf('/') + 1)..] : groups.FirstOrDefault(g => g.EndsWith('/' + group, StringComparison.Ordinal));
        return other is not null && groups.Contains(other)
            ? new(
                $"The token names the group \"{Printable(other)}\", the endpoint needs \"{group}\".",
                $"The mapper's \"Full group path\" decides between the two: switch it over, or use \"group:{Printable(other)}\".")
            : new($"The token does not name the group \"{group}\".", "Make the user a member of it (Users > Groups). Parent and child groups do not count.");
    }

    public static Diagnosis Organization(ClaimsPrincipal user, string organization)
    {
        var organizations = user.GetOrganizations();
        if (organizations.Count == 0)
        {
            return new(
                $"The token names no organization at all; the endpoint needs \"{organization}\".",
                $"Let client \"{Client(user)}\" ask for \"scope=organization\" (Clients > Client scopes: add \"organization\"), and make the user a member "
                    + "(Organizations > Members). A user of several organizations needs \"scope=organization:*\".");
        }

        var near = Near([.. organizations.Select(candidate => candidate.Name)], organization);
        return new(
            $"The token does not name the organization \"{organization}\"." + (near is null ? null : $" It names \"{near}\": aliases are compared with case."),
            "Make the user a member of it (Organizations > Members), or let the client ask for it with "
                + $"\"scope=organization:{organization}\". The policy names the organization's alias, not its name or id.");
    }

    public static Diagnosis Roles(ClaimsPrincipal user, string[] roles)
    {
        if (WithoutAnyRole(user) is { } without)
        {
            return without;
        }

        var wanted = string.Join("\", \"", roles);
        var near = roles.Where(role => user.HasRealmRole(role)).Select(role => $" It carries the realm role \"{role}\", which is not made a role claim: see RealmRoles of the claims options.")
            .Concat(roles.Select(role => (Role: role, Client: ClientsWith(user, role))).Where(found => found.Client is not null)
                .Select(found => $" It carries the role \"{found.Role}\" of the client \"{found.Client}\", which is not made a role claim: use \"client-role:{found.Client}/{found.Role}\", or name the client in RoleClients of the claims options."))
            .FirstOrDefault();
        return new(
            $"[Authorize(Roles = ...)] needs one of \"{wanted}\", and the user has no such role claim.{near}",
            "Assign the role (Users > Role mapping). Role claims come from realm roles and from roles of this API's own client; the claims options can name more sources.");
    }

    /// <summary>
    /// The reason that comes before all others: none of the user's identities is one whose rights count. Null where one is.
    /// </summary>
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
                $"The user was authenticated as \"{Printable(identity.AuthenticationType)}\", not by the access token of a Keycloak realm"
                    + (issuer is null ? " (there is no claim \"iss\")." : $" (the issuer is \"{Printable(issuer)}\")."),
                "Only identities of AddKeycloakBearer count, and those of other handlers that keep the token's \"iss\" (https://host/realms/name) "
                    + "and \"azp\". If the realm is trusted, name it in KeycloakClaimsOptions.ValidIssuers; if not, name the accepted schemes in the "
                    + "endpoint's policy.");
        }

        return null;
    }

    /// <summary>For log lines: no control characters, not endless. Claims are signed by the realm, but users may choose what they say.</summary>
    public static string Printable(string? text)
    {
        var printable = new StringBuilder();
        foreach (var c in text ?? string.Empty)
        {
            if (printable.Length == LongestText)
            {
                return printable.Append("...").ToString();
            }

            printable.Append(char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '"' ? '?' : c);
        }

        return printable.ToString();
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
            $"The token of client \"{client}\" carries no roles at all (neither realm_access nor resource_access).",
            $"Add the client scope \"roles\" to the client as Default (Clients > {client} > Client scopes); check that its mappers have \"Add to access token\" on, "
                + $"that the client has \"Full scope allowed\" on or its roles assigned (Clients > {client} > Client scopes > {client}-dedicated > Scope), and that "
                + "\"Always use lightweight access token\" is off (Clients > Advanced).");
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
                    return Printable(client);
                }
            }
        }

        return null;
    }

    private static string? Near(IReadOnlyList<string> names, string name) =>
        names.FirstOrDefault(candidate => string.Equals(candidate, name, StringComparison.OrdinalIgnoreCase)) is { } near ? Printable(near) : null;

    private static string Client(ClaimsPrincipal user) => Printable(user.GetAuthorizedParty() ?? "unknown");
}
