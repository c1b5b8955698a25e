using System.Globalization;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Claims.Foreign;

/// <summary>
/// Reads rights from the claims of any identity, as JwtBearer creates them: JSON text in one claim, and scopes in one string or in several
/// claims.
/// </summary>
/// <remarks>No method throws: a claim that is not JSON, or JSON of another structure, grants nothing.</remarks>
internal static class IdentityClaims
{
    /// <summary>
    /// The property of the claim <c>resource_access</c> with the client id of this API. The claims transformation sets it, because only it
    /// has the options.
    /// </summary>
    public const string OwnClientProperty = "Keycloak.ApiProtection/own-client";

    private delegate void JsonReading<T>(ref Utf8JsonReader reader, ref T into);

    /// <summary>Returns the first value of the first of these claim types that the identity contains; null if there is none.</summary>
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
        long.TryParse(First(identity, type), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? NumericDate.FromSeconds(seconds)
            : null;

    /// <summary>Adds all values of a claim type that can occur several times.</summary>
    public static void Values(ClaimsIdentity identity, string type, ref List<string>? into)
    {
        foreach (var claim in identity.Claims)
        {
            if (claim.Type != type)
            {
                continue;
            }

            // An array that the handler did not split into claims.
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

    /// <summary>Returns the client id of this API; null if the identity does not contain it.</summary>
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

    private static void ReadOrganizations(ref Utf8JsonReader reader, ref List<KeycloakOrganization> into) =>
        OrganizationJson.Read(ref reader, into);

    private static bool TryRead<T>(string json, JsonReading<T> reading, ref T into)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        try
        {
            // Read the whole text first: a claim that is malformed anywhere grants nothing.
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
