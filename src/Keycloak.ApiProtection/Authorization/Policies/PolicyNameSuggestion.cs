using Keycloak.ApiProtection.Diagnostics;

namespace Keycloak.ApiProtection.Authorization.Policies;

/// <summary>Detects misspelled Keycloak policy names (<c>scopes:email</c>, <c>Scope:email</c>, <c>client_role:x</c>).</summary>
internal static class PolicyNameSuggestion
{
    private static readonly (string Folded, string Prefix)[] Known =
    [
        ("scope", KeycloakPolicyName.ScopePrefix),
        ("scp", KeycloakPolicyName.ScopePrefix),
        ("realmrole", KeycloakPolicyName.RealmRolePrefix),
        ("realm", KeycloakPolicyName.RealmRolePrefix),
        ("clientrole", KeycloakPolicyName.ClientRolePrefix),
        ("client", KeycloakPolicyName.ClientRolePrefix),
        ("resourcerole", KeycloakPolicyName.ClientRolePrefix),
        ("role", KeycloakPolicyName.RealmRolePrefix),
        ("organization", KeycloakPolicyName.OrganizationPrefix),
        ("organisation", KeycloakPolicyName.OrganizationPrefix),
        ("org", KeycloakPolicyName.OrganizationPrefix),
        ("group", KeycloakPolicyName.GroupPrefix),
        ("activetoken", KeycloakPolicyName.ActiveTokenPrefix),
        ("acr", AuthenticationPolicyName.LevelPrefix),
        ("loa", AuthenticationPolicyName.LevelPrefix),
        ("maxage", AuthenticationPolicyName.MaxAgePrefix),
    ];

    /// <summary>Returns the name that was probably intended; null if the name does not resemble a Keycloak policy name.</summary>
    public static string? For(string name)
    {
        var end = name.AsSpan().IndexOfAny(':', '=');
        if (end <= 0)
        {
            return null;
        }

        var head = Fold(name.AsSpan(0, end));
        foreach (var (folded, prefix) in Known)
        {
            // Words of 5 letters or more may have one typing error, those of 9 or more two. Shorter words must match
            // exactly. With more errors, "store:" would match "scope:".
            if (head == folded || (folded.Length >= 5 && Spelling.Distance(head, folded) <= (folded.Length >= 9 ? 2 : 1)))
            {
                return prefix + name[(end + 1)..].Trim();
            }
        }

        return null;
    }

    private static string Fold(ReadOnlySpan<char> head)
    {
        var letters = string.Concat(head.ToString().Where(char.IsLetter)).ToLowerInvariant();
        return letters.Length > 1 && letters[^1] == 's' ? letters[..^1] : letters;
    }
}
