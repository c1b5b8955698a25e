using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Claims;

/// <summary>Validates the claims options when the application starts.</summary>
internal sealed class KeycloakClaimsOptionsValidator : IValidateOptions<KeycloakClaimsOptions>
{
    // A role claim type with one of these names would hide the claim or turn its values into roles.
    private static readonly string[] Reserved =
    [
        KeycloakClaimTypes.Issuer, KeycloakClaimTypes.Subject, KeycloakClaimTypes.Audience, KeycloakClaimTypes.ExpiresAt,
        KeycloakClaimTypes.IssuedAt, "nbf", KeycloakClaimTypes.TokenId, KeycloakClaimTypes.TokenType, KeycloakClaimTypes.AuthorizedParty,
        KeycloakClaimTypes.ClientId, KeycloakClaimTypes.SessionId, KeycloakClaimTypes.SessionState,
        KeycloakClaimTypes.AuthenticationContextClass, KeycloakClaimTypes.Scope,
        KeycloakClaimTypes.RealmAccess, KeycloakClaimTypes.ResourceAccess, KeycloakClaimTypes.PreferredUserName, ClaimTypes.NameIdentifier,
    ];

    public ValidateOptionsResult Validate(string? name, KeycloakClaimsOptions options)
    {
        var problems = Problems(options).ToArray();
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    /// <summary>Returns one message for each problem. It names the property and the remedy.</summary>
    public static IEnumerable<string> Problems(KeycloakClaimsOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.NameClaimType))
        {
            yield return $"{nameof(options.NameClaimType)} is empty. Set it to the claim for User.Identity.Name, "
                + "such as \"preferred_username\".";
        }

        if (string.IsNullOrWhiteSpace(options.RoleClaimType))
        {
            yield return $"{nameof(options.RoleClaimType)} is empty. Set it to the claim type that User.IsInRole uses, "
                + "or keep the default.";
        }
        else if (Reserved.Contains(options.RoleClaimType, StringComparer.OrdinalIgnoreCase)
            || string.Equals(options.RoleClaimType, options.NameClaimType, StringComparison.OrdinalIgnoreCase))
        {
            yield return $"{nameof(options.RoleClaimType)} is \"{options.RoleClaimType}\", a claim with another meaning. "
                + "Set another claim type, or keep the default.";
        }

        if (options.ClientId is { } client && string.IsNullOrWhiteSpace(client))
        {
            yield return $"{nameof(options.ClientId)} is blank. Set it to this API's client in Keycloak, or to null.";
        }

        if (options.RoleClients.Any(pair => string.IsNullOrWhiteSpace(pair.Key) || pair.Value is null))
        {
            yield return $"{nameof(options.RoleClients)} contains a blank client id or a null prefix. "
                + "Each entry is a client id and a prefix, which may be empty.";
        }

        foreach (var issuer in options.ValidIssuers.Where(issuer => issuer is null || !RealmIssuer.IsRealm(issuer)))
        {
            yield return $"{nameof(options.ValidIssuers)} contains \"{issuer}\", which is not the issuer of a realm. "
                + "Set it to the \"iss\" of the realm's tokens, such as \"https://login.example.com/realms/orders\".";
        }

        if (options.RoleClaims.Any(string.IsNullOrWhiteSpace))
        {
            yield return $"{nameof(options.RoleClaims)} contains a blank name. Each entry is the name of a token claim, such as \"roles\".";
        }

        foreach (var problem in AcrLevels(options.AcrLevels))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> AcrLevels(IList<string> levels)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var level in levels)
        {
            if (string.IsNullOrWhiteSpace(level))
            {
                yield return $"{nameof(KeycloakClaimsOptions.AcrLevels)} contains an empty level. Remove it.";
                continue;
            }

            foreach (var name in level.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (AuthenticationLevels.Problem(name) is { } problem)
                {
                    yield return $"{nameof(KeycloakClaimsOptions.AcrLevels)}: a level {problem}.";
                }
                else if (!names.Add(name))
                {
                    yield return $"{nameof(KeycloakClaimsOptions.AcrLevels)} contains \"{name}\" twice. "
                        + "List each level once, the lowest first.";
                }
            }
        }
    }
}
