using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Claims;

/// <summary>Finds what is wrong with claims options when the application starts.</summary>
internal sealed class KeycloakClaimsOptionsValidator : IValidateOptions<KeycloakClaimsOptions>
{
    // A role type that is also the name of one of these would hide it, or make roles of it.
    private static readonly string[] Reserved =
    [
        KeycloakClaimTypes.Issuer, KeycloakClaimTypes.Subject, KeycloakClaimTypes.Audience, KeycloakClaimTypes.ExpiresAt, KeycloakClaimTypes.IssuedAt,
        "nbf", KeycloakClaimTypes.TokenId, KeycloakClaimTypes.TokenType, KeycloakClaimTypes.AuthorizedParty, KeycloakClaimTypes.ClientId,
        KeycloakClaimTypes.SessionId, KeycloakClaimTypes.SessionState, KeycloakClaimTypes.AuthenticationContextClass, KeycloakClaimTypes.Scope,
        KeycloakClaimTypes.RealmAccess, KeycloakClaimTypes.ResourceAccess, KeycloakClaimTypes.PreferredUserName, ClaimTypes.NameIdentifier,
    ];

    public ValidateOptionsResult Validate(string? name, KeycloakClaimsOptions options)
    {
        var problems = Problems(options).ToArray();
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    /// <summary>One sentence for each thing that is wrong, naming the property and the remedy.</summary>
    public static IEnumerable<string> Problems(KeycloakClaimsOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.NameClaimType))
        {
            yield return $"{nameof(options.NameClaimType)} is empty: name the claim that is User.Identity.Name, such as \"preferred_username\".";
        }

        if (string.IsNullOrWhiteSpace(options.RoleClaimType))
        {
            yield return $"{nameof(options.RoleClaimType)} is empty: leave its default, or name the claim type that User.IsInRole asks for.";
        }
        else if (Reserved.Contains(options.RoleClaimType, StringComparer.OrdinalIgnoreCase)
            || string.Equals(options.RoleClaimType, options.NameClaimType, StringComparison.OrdinalIgnoreCase))
        {
            yield return $"{nameof(options.RoleClaimType)} is \"{options.RoleClaimType}\", a claim with another meaning: choose another type, or leave its default.";
        }

        if (options.ClientId is { } client && string.IsNullOrWhiteSpace(client))
        {
            yield return $"{nameof(options.ClientId)} is blank: name this API's client in Keycloak, or leave it null.";
        }

        if (options.RoleClients.Any(pair => string.IsNullOrWhiteSpace(pair.Key) || pair.Value is null))
        {
            yield return $"{nameof(options.RoleClients)} holds a blank client id or a null prefix: each entry is a client id and a prefix, which may be empty.";
        }

        foreach (var issuer in options.ValidIssuers.Where(issuer => issuer is null || !RealmIssuer.IsRealm(issuer)))
        {
            yield return $"{nameof(options.ValidIssuers)} holds \"{issuer}\", which is not a realm's issuer: write it as the token's \"iss\" says it, "
                + "such as \"https://login.example.com/realms/orders\".";
        }

        if (options.RoleClaims.Any(string.IsNullOrWhiteSpace))
        {
            yield return $"{nameof(options.RoleClaims)} holds a blank name: each entry is the name of a token claim, such as \"roles\".";
        }
    }
}
