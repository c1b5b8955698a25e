using System.Text.Json;

namespace Keycloak.ApiProtection.Claims;

/// <summary>What a token's holder may do: scopes, realm roles, client roles, and the roles that the options make of them.</summary>
internal sealed class TokenRights
{
    private readonly KeyValuePair<string, NameSet>[] _clients;

    private TokenRights(ReadOnlySpan<byte> payload, KeycloakClaimsOptions options)
    {
        List<string>? scopes = null;
        List<string>? realm = null;
        List<string>? flat = null;
        List<KeyValuePair<string, NameSet>>? clients = null;

        var reader = new Utf8JsonReader(payload);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("scope"u8))
            {
                reader.Read();
                List<string>? texts = null;
                ClaimJson.Texts(ref reader, ref texts);
                texts?.ForEach(text => ClaimJson.Scopes(text, ref scopes));
            }
            else if (reader.ValueTextEquals("realm_access"u8))
            {
                reader.Read();
                ClaimJson.Roles(ref reader, ref realm);
            }
            else if (reader.ValueTextEquals("resource_access"u8))
            {
                reader.Read();
                ClaimJson.Clients(ref reader, ref clients);
            }
            else
            {
                var roleClaim = IsRoleClaim(ref reader, options);
                reader.Read();
                if (roleClaim)
                {
                    ClaimJson.Texts(ref reader, ref flat);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        _clients = clients is null ? [] : [.. clients];
        Scopes = NameSet.Of(scopes);
        RealmRoles = NameSet.Of(realm);
        Roles = NameSet.Of(RoleClaims(RealmRoles, ClientRoles, flat, options));
    }

    public NameSet Scopes { get; }

    public NameSet RealmRoles { get; }

    /// <summary>The values of the role claims, from the configured sources.</summary>
    public NameSet Roles { get; }

    public IReadOnlyList<KeyValuePair<string, NameSet>> Clients => _clients;

    public static TokenRights Read(ReadOnlySpan<byte> payload, KeycloakClaimsOptions options) => new(payload, options);

    public NameSet ClientRoles(string client)
    {
        foreach (var entry in _clients)
        {
            if (string.Equals(entry.Key, client, StringComparison.Ordinal))
            {
                return entry.Value;
            }
        }

        return NameSet.Empty;
    }

    /// <summary>The values of the role claims: one rule for our tokens and for identities that another handler made.</summary>
    public static List<string> RoleClaims(NameSet realm, Func<string, NameSet> clientRoles, List<string>? flat, KeycloakClaimsOptions options)
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

    private static bool IsRoleClaim(ref Utf8JsonReader reader, KeycloakClaimsOptions options)
    {
        if (options.RoleClaims.Count == 0)
        {
            return false;
        }

        foreach (var claim in options.RoleClaims)
        {
            if (reader.ValueTextEquals(claim))
            {
                return true;
            }
        }

        return false;
    }
}
