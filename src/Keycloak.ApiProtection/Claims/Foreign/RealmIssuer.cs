using System.Security.Claims;

namespace Keycloak.ApiProtection.Claims.Foreign;

/// <summary>
/// Finds out which Keycloak realm issued the access token behind an identity of another handler (JwtBearer and its like).
/// </summary>
/// <remarks>
/// The handler verified the token; what can be known here is its form: one issuer whose path ends in <c>/realms/{name}</c>, at least one of
/// <c>realm_access</c>, <c>resource_access</c> and <c>azp</c>, and no other token kind than <c>Bearer</c> or <c>DPoP</c>.
/// <see cref="KeycloakClaimsOptions.ValidIssuers"/> tells the trusted realms from others.
/// </remarks>
internal static class RealmIssuer
{
    /// <summary>
    /// On a claim: <see cref="KeycloakClaimsOptions.ValidIssuers"/> does not name the issuer. Set by the claims transformation, which
    /// knows the options.
    /// </summary>
    private const string RejectedProperty = "Keycloak.ApiProtection/rejected-issuer";

    /// <summary>The realm's issuer; null where the identity is not authenticated, or not by the access token of a trusted realm.</summary>
    public static string? Of(ClaimsIdentity identity)
    {
        if (!identity.IsAuthenticated)
        {
            return null;
        }

        string? issuer = null;
        string? issuerOfSign = null;
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
                case { } type when IsSign(type):
                    if (claim.Properties.ContainsKey(RejectedProperty))
                    {
                        return null;
                    }

                    issuerOfSign ??= claim.Issuer;
                    break;
            }
        }

        return issuerOfSign is not null && (issuer ?? issuerOfSign) is var realm && IsRealm(realm) ? realm : null;
    }

    /// <summary>Whether a text is the issuer of a Keycloak realm by its form.</summary>
    public static bool IsRealm(string issuer)
    {
        var name = issuer.AsSpan(issuer.LastIndexOf('/') + 1);
        return name.Length > 0
            && issuer.AsSpan(0, issuer.Length - name.Length).EndsWith("/realms/", StringComparison.Ordinal)
            && Uri.TryCreate(issuer, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);
    }

    /// <summary>Marks an identity whose realm is not trusted, so that policies can tell without the options.</summary>
    public static void Reject(ClaimsIdentity identity)
    {
        foreach (var claim in identity.Claims)
        {
            if (IsSign(claim.Type))
            {
                claim.Properties[RejectedProperty] = bool.TrueString;
            }
        }
    }

    private static bool IsSign(string type) =>
        type is KeycloakClaimTypes.RealmAccess or KeycloakClaimTypes.ResourceAccess or KeycloakClaimTypes.AuthorizedParty;
}
