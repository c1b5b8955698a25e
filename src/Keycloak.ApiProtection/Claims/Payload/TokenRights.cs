using System.Text;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>
/// Reads the rights in a verified payload: scopes, realm roles, client roles, and the claims that the options select as role claims.
/// </summary>
internal static class TokenRights
{
    public static NameSet ReadScopes(ReadOnlySpan<byte> payload)
    {
        var members = new JsonMembers(payload);
        List<string>? scopes = null;
        if (!members.Find("scope"u8))
        {
            return NameSet.Empty;
        }

        if (members.Value.Text(payload) is { } text)
        {
            ClaimJson.Scopes(text, ref scopes);
            return NameSet.Of(scopes);
        }

        List<string>? texts = null;
        var value = members.ReadValue();
        ClaimJson.Texts(ref value, ref texts);
        texts?.ForEach(text => ClaimJson.Scopes(text, ref scopes));
        return NameSet.Of(scopes);
    }

    public static NameSet ReadRealmRoles(ReadOnlySpan<byte> payload)
    {
        var members = new JsonMembers(payload);
        List<string>? roles = null;
        if (members.Find("realm_access"u8))
        {
            var value = members.ReadValue();
            ClaimJson.Roles(ref value, ref roles);
        }

        return NameSet.Of(roles);
    }

    /// <summary>Reads the clients and the roles of each.</summary>
    public static KeyValuePair<string, NameSet>[] ReadClients(ReadOnlySpan<byte> payload)
    {
        var members = new JsonMembers(payload);
        List<KeyValuePair<string, NameSet>>? clients = null;
        if (members.Find("resource_access"u8))
        {
            var value = members.ReadValue();
            ClaimJson.Clients(ref value, ref clients);
        }

        return clients is null ? [] : [.. clients];
    }

    /// <summary>
    /// Reads the values of the flat claims that the options select as role claims, except <c>realm_access</c> and <c>resource_access</c>.
    /// </summary>
    public static List<string>? ReadFlatRoles(ReadOnlySpan<byte> payload, KeycloakClaimsOptions options)
    {
        List<string>? roles = null;
        if (options.RoleClaims.Count == 0)
        {
            return roles;
        }

        var members = new JsonMembers(payload);
        while (members.Read())
        {
            if (IsRoleClaim(payload, members.Name, options))
            {
                var value = members.ReadValue();
                ClaimJson.Texts(ref value, ref roles);
            }
        }

        return roles;
    }

    /// <summary>
    /// Returns the values of the role claims. The same rules apply to verified tokens and to identities of other handlers.
    /// </summary>
    public static List<string> RoleClaims(
        NameSet realm, Func<string, NameSet> clientRoles, List<string>? flat, KeycloakClaimsOptions options)
    {
        var roles = new List<string>();
        if (options.RealmRoles)
        {
            roles.AddRange(realm);
        }

        if (options is { ClientRoles: true, ClientId: { } own })
        {
            roles.AddRange(clientRoles(own));
        }

        foreach (var (client, prefix) in options.RoleClients)
        {
            foreach (var role in clientRoles(client))
            {
                roles.Add(prefix.Length == 0 ? role : prefix + role);
            }
        }

        if (flat is not null)
        {
            roles.AddRange(flat);
        }

        return roles;
    }

    private static bool IsRoleClaim(ReadOnlySpan<byte> payload, JsonValue name, KeycloakClaimsOptions options)
    {
        // The roles in these claims are read elsewhere.
        if (name.Says(payload, "realm_access"u8) || name.Says(payload, "resource_access"u8))
        {
            return false;
        }

        foreach (var claim in options.RoleClaims)
        {
            if (Ascii.Equals(name.Raw(payload), claim) || ((name.Escaped || !Ascii.IsValid(claim)) && name.Text(payload) == claim))
            {
                return true;
            }
        }

        return false;
    }
}
