using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Keycloak.ApiProtection.Authorization.Policies;

/// <summary>
/// The name of a policy that needs no registration: <c>scope:email</c>, <c>scope:a b</c> (both scopes), <c>realm-role:admin</c>,
/// <c>client-role:writer</c> (this API's own client), <c>client-role:orders-api/writer</c>, <c>organization:acme</c>, <c>group:/staff</c>,
/// <c>active-token</c>, <c>active-token:5</c> (seconds), <c>acr:gold</c>, <c>acr:silver gold</c> (any of the levels),
/// <c>max-age:300</c> (seconds), <c>acr:gold max-age:300</c>, <c>proof-of-possession</c>.
/// </summary>
/// <remarks>
/// After the prefix all characters are literal, including colons, slashes and spaces, except separators: the space between scopes, and in
/// <c>client-role:</c> the first slash, after the client. Other characters are escaped with <c>%</c> and two hexadecimal digits (UTF-8, as
/// in URLs): <c>%25</c> is a percent sign, <c>client-role:a%2Fb</c> is the own client's role <c>a/b</c>,
/// <c>client-role:https:%2F%2Fapi/admin</c> is the role <c>admin</c> of the client <c>https://api</c>, and <c>realm-role:%20x</c> is a role
/// with a leading space. Prefixes are lowercase. Names are compared ordinally and are case-sensitive.
/// </remarks>
internal sealed class KeycloakPolicyName
{
    public const string ScopePrefix = "scope:";
    public const string RealmRolePrefix = "realm-role:";
    public const string ClientRolePrefix = "client-role:";
    public const string OrganizationPrefix = "organization:";
    public const string GroupPrefix = "group:";
    public const string ActiveTokenName = "active-token";
    public const string ActiveTokenPrefix = "active-token:";
    public const string ProofOfPossessionName = "proof-of-possession";

    private static readonly TimeSpan LongestAge = TimeSpan.FromHours(1);

    private KeycloakPolicyName(KeycloakPolicyKind kind, string? client, params string[] values)
    {
        Kind = kind;
        Client = client;
        Values = values;
    }

    public KeycloakPolicyKind Kind { get; }

    /// <summary>The client of a client role; null for this API's own client.</summary>
    public string? Client { get; }

    /// <summary>The scopes or levels, or the single role, organization or group.</summary>
    public IReadOnlyList<string> Values { get; }

    public string Value => Values[0];

    /// <summary>
    /// The maximum age of an "active" response of Keycloak, where null means the API's freshness; or that of the login, where null means
    /// any age.
    /// </summary>
    public TimeSpan? MaxAge { get; private init; }

    public static KeycloakPolicyName Scopes(params string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        if (scopes.Length == 0)
        {
            throw new ArgumentException("At least one scope is required, such as \"email\".", nameof(scopes));
        }

        foreach (var scope in scopes)
        {
            Check(scope, "scope", nameof(scopes));
            if (scope.Any(char.IsWhiteSpace))
            {
                throw new ArgumentException(
                    $"A scope must not contain white space: write \"{string.Join("\", \"", scope.Split())}\" as separate scopes.",
                    nameof(scopes));
            }
        }

        return new(KeycloakPolicyKind.Scope, null, [.. scopes]);
    }

    public static KeycloakPolicyName RealmRole(string role) =>
        new(KeycloakPolicyKind.RealmRole, null, Check(role, "realm role", nameof(role)));

    public static KeycloakPolicyName ClientRole(string? client, string role) => new(
        KeycloakPolicyKind.ClientRole,
        client is null ? null : Check(client, "client id", nameof(client)),
        Check(role, "client role", nameof(role)));

    public static KeycloakPolicyName Organization(string organization) =>
        new(KeycloakPolicyKind.Organization, null, Check(organization, "organization", nameof(organization)));

    public static KeycloakPolicyName Group(string group) => new(KeycloakPolicyKind.Group, null, Check(group, "group", nameof(group)));

    public static KeycloakPolicyName ActiveToken(TimeSpan? maxAge) =>
        maxAge is { } age && (age < TimeSpan.Zero || age > LongestAge)
            ? throw new ArgumentOutOfRangeException(
                nameof(maxAge), age, "maxAge must be between 0 seconds (introspect on every request) and 1 hour.")
            : new(KeycloakPolicyKind.ActiveToken, null) { MaxAge = maxAge };

    /// <param name="acrValues">The levels, separated by spaces; null if only the age of the login is required.</param>
    /// <param name="maxAge">The maximum age of the login; null for any age.</param>
    public static KeycloakPolicyName Authentication(string? acrValues, TimeSpan? maxAge) =>
        new(KeycloakPolicyKind.Authentication, null, AuthenticationPolicyName.Check(acrValues, maxAge)) { MaxAge = maxAge };

    /// <summary>Parses a policy name.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">The parsed name.</param>
    /// <param name="problem">Why it is malformed; null if it is not a Keycloak policy name.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out KeycloakPolicyName? name, out string? problem)
    {
        name = null;
        problem = null;
        if (Rest(text, ScopePrefix) is { } scopes)
        {
            return TryParseScopes(scopes, out name, out problem);
        }

        if (Rest(text, ClientRolePrefix) is { } clientRole)
        {
            return TryParseClientRole(clientRole, out name, out problem);
        }

        if (text == ActiveTokenName || Rest(text, ActiveTokenPrefix) is not null)
        {
            return TryParseActiveToken(text, out name, out problem);
        }

        if (text == ProofOfPossessionName)
        {
            name = new(KeycloakPolicyKind.ProofOfPossession, null);
            return true;
        }

        if (AuthenticationPolicyName.Is(text))
        {
            if (AuthenticationPolicyName.TryParse(text, out var levels, out var age, out problem))
            {
                name = new(KeycloakPolicyKind.Authentication, null, levels) { MaxAge = age };
            }

            return name is not null;
        }

        (KeycloakPolicyKind Kind, string Text, string What)? single =
            Rest(text, RealmRolePrefix) is { } role
                ? (KeycloakPolicyKind.RealmRole, role, "realm role, as in \"realm-role:admin\"")
            : Rest(text, OrganizationPrefix) is { } organization
                ? (KeycloakPolicyKind.Organization, organization, "organization, as in \"organization:acme\"")
            : Rest(text, GroupPrefix) is { } group
                ? (KeycloakPolicyKind.Group, group, "group, as in \"group:/staff\"")
            : null;
        if (single is not { } found || !TryDecode(found.Text, found.What, out var value, out problem))
        {
            return false;
        }

        name = new(found.Kind, null, value);
        return true;
    }

    /// <summary>Returns the name in the form that <see cref="TryParse"/> parses.</summary>
    public override string ToString() => Kind switch
    {
        KeycloakPolicyKind.Scope => ScopePrefix + string.Join(' ', Values.Select(scope => PolicyNameEscaping.Escape(scope))),
        KeycloakPolicyKind.RealmRole => RealmRolePrefix + PolicyNameEscaping.Escape(Value),
        KeycloakPolicyKind.ClientRole when Client is null => ClientRolePrefix + PolicyNameEscaping.Escape(Value, '/'),
        KeycloakPolicyKind.ClientRole => ClientRolePrefix + PolicyNameEscaping.Escape(Client, '/') + "/" + PolicyNameEscaping.Escape(Value),
        KeycloakPolicyKind.Organization => OrganizationPrefix + PolicyNameEscaping.Escape(Value),
        KeycloakPolicyKind.ActiveToken => MaxAge is { } age
            ? string.Create(CultureInfo.InvariantCulture, $"{ActiveTokenPrefix}{age.TotalSeconds}")
            : ActiveTokenName,
        KeycloakPolicyKind.Authentication => AuthenticationPolicyName.Of(Values, MaxAge),
        KeycloakPolicyKind.ProofOfPossession => ProofOfPossessionName,
        _ => GroupPrefix + PolicyNameEscaping.Escape(Value),
    };

    private static string? Rest(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;

    private static bool TryParseActiveToken(string text, [NotNullWhen(true)] out KeycloakPolicyName? name, out string? problem)
    {
        name = null;
        problem = null;
        if (text == ActiveTokenName)
        {
            name = ActiveToken(null);
        }
        else if (double.TryParse(
                text[ActiveTokenPrefix.Length..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds >= 0
            && seconds <= LongestAge.TotalSeconds)
        {
            name = ActiveToken(TimeSpan.FromSeconds(seconds));
        }
        else
        {
            problem = "it names no age in seconds from 0 to 3600, as \"active-token:5\" does.";
        }

        return name is not null;
    }

    private static bool TryParseScopes(string text, out KeycloakPolicyName? name, out string? problem)
    {
        name = null;
        var scopes = new List<string>();
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryDecode(part, "scope, as in \"scope:email\"", out var scope, out problem))
            {
                return false;
            }

            if (scope.Any(char.IsWhiteSpace))
            {
                problem = $"the scope \"{scope}\" contains white space: separate scopes with a plain space.";
                return false;
            }

            scopes.Add(scope);
        }

        problem = scopes.Count == 0 ? "it names no scope, as \"scope:email\" does." : null;
        name = scopes.Count == 0 ? null : new(KeycloakPolicyKind.Scope, null, [.. scopes]);
        return name is not null;
    }

    private static bool TryParseClientRole(string text, out KeycloakPolicyName? name, out string? problem)
    {
        name = null;
        const string What = "as in \"client-role:writer\" (this API's own client) or \"client-role:orders-api/writer\"";
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        string? client = null;
        if ((slash >= 0 && !TryDecode(text[..slash], $"client, {What}", out client, out problem))
            || !TryDecode(text[(slash + 1)..], $"client role, {What}", out var role, out problem))
        {
            return false;
        }

        name = new(KeycloakPolicyKind.ClientRole, client, role);
        return true;
    }

    private static bool TryDecode(string text, string what, [NotNullWhen(true)] out string? value, out string? problem)
    {
        value = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            problem = $"it names no {what}.";
            return false;
        }

        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
        {
            problem = "there is white space before or after the name: remove it, or write it as %20 if it is part of the name.";
            return false;
        }

        if (!PolicyNameEscaping.TryUnescape(text, out value))
        {
            problem = "a % is not followed by two hexadecimal digits of UTF-8 text: write a percent sign as %25.";
            return false;
        }

        problem = null;
        return true;
    }

    private static string Check(string? value, string what, string parameter)
    {
        ArgumentNullException.ThrowIfNull(value, parameter);
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new ArgumentException($"The name of the {what} is empty: write it as Keycloak's console shows it.", parameter);
        }

        return value;
    }
}
