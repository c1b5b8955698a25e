using System.Security.Claims;
using Keycloak.ApiProtection.Claims;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>The identity of the one token that was checked, as an API behind the gateway gets to know it.</summary>
internal sealed class CheckedIdentity(ClaimsIdentity identity)
{
    /// <summary>Gets it as a user of its own: what other identities the request has does not count.</summary>
    public ClaimsPrincipal User { get; } = new(identity);

    /// <summary>Gets the realm: a subject is unique within it only.</summary>
    public string? Issuer => identity is KeycloakIdentity { Token: { } token } ? token.Issuer : Single(KeycloakClaimTypes.Issuer);

    /// <summary>Gets the login name.</summary>
    public string? UserName => Single(KeycloakClaimTypes.PreferredUserName);

    /// <summary>Gets the e-mail address, once Keycloak has verified it: until then it is whatever the user has typed.</summary>
    public string? Email => Single("email_verified") == "true" ? Single(KeycloakClaimTypes.Email) : null;

    /// <summary>The value of a claim that stands there once; of several none is the one.</summary>
    private string? Single(string type)
    {
        string? found = null;
        if (identity is KeycloakIdentity { Token: { } token })
        {
            // Without an object for each claim, which the identity would make.
            foreach (ref readonly var claim in token.All)
            {
                if (claim.Type == type && Another(claim.Value, claim.ValueType, ref found))
                {
                    return null;
                }
            }

            return found;
        }

        foreach (var claim in identity.Claims)
        {
            if (claim.Type == type && Another(claim.Value, claim.ValueType, ref found))
            {
                return null;
            }
        }

        return found;
    }

    private static bool Another(string value, string valueType, ref string? found)
    {
        if (found is not null || valueType == KeycloakClaimTypes.JsonValueType)
        {
            return true;
        }

        found = value;
        return false;
    }
}
