using System.Globalization;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Claims.Foreign;

/// <summary>Reads rights out of the claims of any identity, as JwtBearer leaves them: JSON text in one claim, scopes in one string or several claims.</summary>
/// <remarks>Nothing here throws: a claim that is no JSON, or JSON of another shape, grants nothing.</remarks>
internal static class IdentityClaims
{
    /// <summary>On the claim <c>resource_access</c>: which client is this API's own. Set by the claims transformation, which knows the options.</summary>
    public const string OwnClientProperty = "Keycloak.ApiProtection/own-client";

    private delegate void JsonReading<T>(ref Utf8JsonReader reader, ref T into);

    /// <summary>The first value among these claim types, the first type first.</summary>
    public static string? First(ClaimsIdentity identity, params ReadOnlySpan<string> types)
    {
        foreach (var type in types)
        {
            foreach (var claim in identity.Claims)
            {
                if (claim.Type == type)
                {
                    return claim.Value;
                }
            }
        }

        return null;
    }

    public static DateTimeOffset? Time(ClaimsIdentity identity, string type) =>
        long.TryParse(First(identity, type), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Instant.FromSeconds(seconds) : null;

    /// <summary>Every value of a claim that may be there several times.</summary>
    public static void Values(ClaimsIdentity identity, string type, ref List<string>? into)
    {
        foreach (var claim in identity.Claims)
        {
            if (claim.Type != type)
            {
                continue;
            }

            // An array that its handler did not take apart.
            if (claim.Value.StartsWith('[') && TryRead(claim.Value, ClaimJson.Texts, ref into))
            {
                continue;
            }

            (into ??= []).Add(claim.Value);
        }
    }

    public static bool HasScope(ClaimsIdentity identity, string scope)
    {
        foreach (var claim in identity.Claims)
        {
            if (claim.Type != KeycloakClaimTypes.Scope)
            {
                continue;
            }

            var text = claim.Value.AsSpan();
            foreach (var range in text.Split(' '))
            {
                if (text[range].SequenceEqual(scope) && scope.Length > 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    public static void Scopes(ClaimsIdentity identity, ref List<string>? into)
    {
        foreach (var claim in identity.Claims)
        {
            if (claim.Type == KeycloakClaimTypes.Scope)
            {
                ClaimJson.Scopes(claim.Value, ref into);
            }
        }
    }

    public static void RealmRoles(ClaimsIdentity identity, ref List<string>? into)
    {
        foreach (var claim in identity.Claims)
        {
            if (claim.Type == KeycloakClaimTypes.RealmAccess)
            {
                TryRead(claim.Value, ClaimJson.Roles, ref into);
            }
        }
    }

    public static void ClientRoles(ClaimsIdentity identity, string client, ref List<string>? into)
    {
        foreach (var entry in Clients(identity))
        {
            if (entry.Key == client)
            {
                (into ??= []).AddRange(entry.Value);
            }
        }
    }

    public static List<KeyValuePair<string, NameSet>> Clients(ClaimsIdentity identity)
    {
        List<KeyValuePair<string, NameSet>>? clients = null;
        foreach (var claim in identity.Claims)
        {
            if (claim.Type == KeycloakClaimTypes.ResourceAccess)
            {
                TryRead(claim.Value, ClaimJson.Clients, ref clients);
            }
        }

        return clients ?? [];
    }

    /// <summary>This API's own client, where the identity knows it.</summary>
    public static string? OwnClient(ClaimsIdentity identity)
    {
        if (identity is KeycloakIdentity ours)
        {
            return ours.ClientId;
        }

        foreach (var claim in identity.Claims)
        {
            if (claim.Type == KeycloakClaimTypes.ResourceAccess && claim.Properties.TryGetValue(OwnClientProperty, out var marked))
            {
                return marked;
            }
        }

        return null;
    }

    public static void Organizations(ClaimsIdentity identity, List<KeycloakOrganization> into)
    {
        foreach (var claim in identity.Claims)
        {
            if (claim.Type != KeycloakClaimTypes.Organization)
            {
                continue;
            }

            var organizations = new List<KeycloakOrganization>();
            if (claim.Value is not ['{' or '[', ..] || !TryRead(claim.Value, ReadOrganizations, ref organizations))
            {
                organizations = [new KeycloakOrganization(claim.Value)];
            }

            organizations.ForEach(organization => OrganizationJson.Add(into, organization));
        }
    }

    public static bool IsServiceAccount(ClaimsIdentity identity) => ServiceAccount.Is(
        First(identity, KeycloakClaimTypes.PreferredUserName),
        First(identity, KeycloakClaimTypes.AuthorizedParty),
        First(identity, KeycloakClaimTypes.ClientId, "clientId"),
        First(identity, KeycloakClaimTypes.SessionId, KeycloakClaimTypes.SessionState));

    private static void ReadOrganizations(ref Utf8JsonReader reader, ref List<KeycloakOrganization> into) => OrganizationJson.Read(ref reader, into);

    private static bool TryRead<T>(string json, JsonReading<T> reading, ref T into)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        try
        {
            // The whole text first: half of a broken claim is no claim.
            var whole = reader;
            while (whole.Read())
            {
            }

            reader.Read();
            reading(ref reader, ref into);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
