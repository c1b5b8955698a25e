using System.Security.Claims;

namespace Keycloak.ApiProtection.Claims.Foreign;

/// <summary>
/// Determines which Keycloak realm issued the access token of an identity that another handler created (JwtBearer and similar handlers).
/// </summary>
/// <remarks>
/// The handler verified the token. Here only its form can be checked: one issuer whose path ends in <c>/realms/{name}</c>, at least one of
/// <c>realm_access</c>, <c>resource_access</c> and <c>azp</c>, and no <c>typ</c> other than <c>Bearer</c> or <c>DPoP</c>.
/// <see cref="KeycloakClaimsOptions.ValidIssuers"/> lists the trusted realms.
/// </remarks>
internal static class RealmIssuer
{
    /// <summary>
    /// The property of a claim whose issuer is not in <see cref="KeycloakClaimsOptions.ValidIssuers"/>. The claims transformation sets it,
    /// because only it has the options.
    /// </summary>
    private const string RejectedProperty = "Keycloak.ApiProtection/rejected-issuer";

    /// <summary>
    /// Returns the realm's issuer. Null if the identity is not authenticated, or not by an access token of a trusted realm.
    /// </summary>
    public static string? Of(ClaimsIdentity identity)
    {
        if (!identity.IsAuthenticated)
        {
            return null;
        }

        string? issuer = null;
        string? issuerOfClaim = null;
        foreach (var claim in identity.Claims)
        {
            switch (claim.Type)
            {
                case KeycloakClaimTypes.Issuer when issuer is not null && issuer != claim.Value:
                case KeycloakClaimTypes.TokenType when !claim.Value.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
                    && !claim.Value.Equals("DPoP", StringComparison.OrdinalIgnoreCase):
                    return null;
                case KeycloakClaimTypes.Issuer:
                    issuer = claim.Value;
                    break;
                case { } type when IsKeycloakClaim(type):
                    if (claim.Properties.ContainsKey(RejectedProperty))
                    {
                        return null;
                    }

                    issuerOfClaim ??= claim.Issuer;
                    break;
            }
        }

        return issuerOfClaim is not null && (issuer ?? issuerOfClaim) is var realm && IsRealm(realm) ? realm : null;
    }

    /// <summary>Returns whether a text has the form of a Keycloak realm's issuer.</summary>
    public static bool IsRealm(string issuer)
    {
        var name = issuer.AsSpan(issuer.LastIndexOf('/') + 1);
        return name.Length > 0
            && issuer.AsSpan(0, issuer.Length - name.Length).EndsWith("/realms/", StringComparison.Ordinal)
            && Uri.TryCreate(issuer, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);
    }

    /// <summary>Marks an identity whose realm is not trusted, so that policies can recognize it without the options.</summary>
    public static void Reject(ClaimsIdentity identity)
    {
        foreach (var claim in identity.Claims)
        {
            if (IsKeycloakClaim(claim.Type))
            {
                claim.Properties[RejectedProperty] = bool.TrueString;
            }
        }
    }

    private static bool IsKeycloakClaim(string type) =>
        type is KeycloakClaimTypes.RealmAccess or KeycloakClaimTypes.ResourceAccess or KeycloakClaimTypes.AuthorizedParty;
}
