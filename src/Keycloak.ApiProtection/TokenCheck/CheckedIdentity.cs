using System.Security.Claims;
using Keycloak.ApiProtection.Claims;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>The identity of the checked token, as it is reported to an API behind the gateway.</summary>
internal sealed class CheckedIdentity(ClaimsIdentity identity)
{
    /// <summary>Gets a user with this identity only, without the request's other identities.</summary>
    public ClaimsPrincipal User { get; } = new(identity);

    /// <summary>Gets the issuer, which identifies the realm. A subject is unique only within its realm.</summary>
    public string? Issuer => identity is KeycloakIdentity { Token: { } token } ? token.Issuer : Single(KeycloakClaimTypes.Issuer);

    /// <summary>Gets the login name.</summary>
    public string? UserName => Single(KeycloakClaimTypes.PreferredUserName);

    /// <summary>Gets the email address if Keycloak has verified it; otherwise null, because users can enter any address.</summary>
    public string? Email => Single("email_verified") == "true" ? Single(KeycloakClaimTypes.Email) : null;

    /// <summary>Returns the value of a claim that is present exactly once; otherwise null.</summary>
    private string? Single(string type)
    {
        string? found = null;
        if (identity is KeycloakIdentity { Token: { } token })
        {
            // The identity would allocate a Claim object for each claim.
            foreach (ref readonly var claim in token.All)
            {
                if (claim.Type == type && IsUnusable(claim.Value, claim.ValueType, ref found))
                {
                    return null;
                }
            }

            return found;
        }

        foreach (var claim in identity.Claims)
        {
            if (claim.Type == type && IsUnusable(claim.Value, claim.ValueType, ref found))
            {
                return null;
            }
        }

        return found;
    }

    private static bool IsUnusable(string value, string valueType, ref string? found)
    {
        if (found is not null || valueType == KeycloakClaimTypes.JsonValueType)
        {
            return true;
        }

        found = value;
        return false;
    }
}
