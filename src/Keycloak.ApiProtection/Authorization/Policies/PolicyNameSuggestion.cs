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
            if (head == folded || (folded.Length >= 5 && Distance(head, folded) <= (folded.Length >= 9 ? 2 : 1)))
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

    // Damerau-Levenshtein distance, which counts an adjacent swap ("socpe") as one error. Prefixes have at most a dozen letters.
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
