using System.Text.Json;

namespace Keycloak.ApiProtection.Claims;

/// <summary>The roles of a token's holder: of the realm, of clients, and those that the options make role claims of.</summary>
internal sealed class TokenRights
{
    private readonly KeyValuePair<string, NameSet>[] _clients;
    private readonly List<string>? _flat;
    private readonly KeycloakClaimsOptions _options;
    private NameSet? _roles;

    private TokenRights(ReadOnlySpan<byte> payload, KeycloakClaimsOptions options)
    {
        _options = options;
        List<string>? realm = null;
        List<KeyValuePair<string, NameSet>>? clients = null;

        var reader = new Utf8JsonReader(payload);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("realm_access"u8))
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
                    ClaimJson.Texts(ref reader, ref _flat);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        _clients = clients is null ? [] : [.. clients];
        RealmRoles = NameSet.Of(realm);
    }

    public NameSet RealmRoles { get; }

    /// <summary>The values of the role claims, from the configured sources.</summary>
    public NameSet Roles => _roles ??= NameSet.Of(RoleClaims(RealmRoles, ClientRoles, _flat, _options));

    public IReadOnlyList<KeyValuePair<string, NameSet>> Clients => _clients;

    /// <summary>The scopes, apart from the roles: the commonest question, and answered with the least reading.</summary>
    public static NameSet ReadScopes(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var scope = reader.ValueTextEquals("scope"u8);
            reader.Read();
            if (!scope)
            {
                reader.Skip();
                continue;
            }

            List<string>? scopes = null;
            if (reader.TokenType == JsonTokenType.String)
            {
                ClaimJson.Scopes(ClaimJson.Text(ref reader), ref scopes);
                return NameSet.Of(scopes);
            }

            List<string>? texts = null;
            ClaimJson.Texts(ref reader, ref texts);
            texts?.ForEach(text => ClaimJson.Scopes(text, ref scopes));
            return NameSet.Of(scopes);
        }

        return NameSet.Empty;
    }

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
