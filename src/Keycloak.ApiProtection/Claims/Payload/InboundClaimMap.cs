using System.Collections.Frozen;
using System.Security.Claims;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>
/// Maps short claim names to the long names that <see cref="KeycloakClaimsOptions.MapInboundClaims"/> adds and that JwtBearer uses instead
/// of the short ones.
/// </summary>
internal static class InboundClaimMap
{
    public const string AuthenticationContextClass = "http://schemas.microsoft.com/claims/authnclassreference";

    private static readonly FrozenDictionary<string, string> LongNames = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["sub"] = ClaimTypes.NameIdentifier,
        ["unique_name"] = ClaimTypes.Name,
        ["email"] = ClaimTypes.Email,
        ["given_name"] = ClaimTypes.GivenName,
        ["family_name"] = ClaimTypes.Surname,
        ["birthdate"] = ClaimTypes.DateOfBirth,
        ["gender"] = ClaimTypes.Gender,
        ["website"] = ClaimTypes.Webpage,
        ["upn"] = ClaimTypes.Upn,
        ["acr"] = AuthenticationContextClass,
        ["amr"] = "http://schemas.microsoft.com/claims/authnmethodsreferences",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string? LongName(string claim) => LongNames.GetValueOrDefault(claim);
}
