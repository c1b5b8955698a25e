using Keycloak.ApiProtection.Authorization.Policies;

namespace Keycloak.ApiProtection.Tests.Authorization;

public sealed class KeycloakPolicyNameTests
{
    [Theory]
    [InlineData("scope:email", KeycloakPolicyKind.Scope, null, "email")]
    [InlineData("scope:orders:read", KeycloakPolicyKind.Scope, null, "orders:read")]
    [InlineData("scope:https://api/read", KeycloakPolicyKind.Scope, null, "https://api/read")]
    [InlineData("scope:a  b", KeycloakPolicyKind.Scope, null, "a|b")]
    [InlineData("scope:100%25", KeycloakPolicyKind.Scope, null, "100%")]
    [InlineData("realm-role:admin", KeycloakPolicyKind.RealmRole, null, "admin")]
    [InlineData("realm-role:team lead: a/b", KeycloakPolicyKind.RealmRole, null, "team lead: a/b")]
    [InlineData("realm-role:%20x%20", KeycloakPolicyKind.RealmRole, null, " x ")]
    [InlineData("realm-role:%c3%A4", KeycloakPolicyKind.RealmRole, null, "ä")]
    [InlineData("realm-role:ä", KeycloakPolicyKind.RealmRole, null, "ä")]
    [InlineData("client-role:writer", KeycloakPolicyKind.ClientRole, null, "writer")]
    [InlineData("client-role:orders-api/writer", KeycloakPolicyKind.ClientRole, "orders-api", "writer")]
    [InlineData("client-role:orders-api/a/b", KeycloakPolicyKind.ClientRole, "orders-api", "a/b")]
    [InlineData("client-role:a%2Fb", KeycloakPolicyKind.ClientRole, null, "a/b")]
    [InlineData("client-role:https:%2F%2Fapi/admin", KeycloakPolicyKind.ClientRole, "https://api", "admin")]
    [InlineData("client-role:my api.v1:x/do it", KeycloakPolicyKind.ClientRole, "my api.v1:x", "do it")]
    [InlineData("organization:acme", KeycloakPolicyKind.Organization, null, "acme")]
    [InlineData("group:/staff/back office", KeycloakPolicyKind.Group, null, "/staff/back office")]
    public void A_policy_name_is_parsed_into_kind_client_and_values(string text, object kind, string? client, string values)
    {
        Assert.True(KeycloakPolicyName.TryParse(text, out var name, out var problem));
        Assert.Null(problem);
        Assert.Equal(((KeycloakPolicyKind)kind, client, values), (name.Kind, name.Client, string.Join('|', name.Values)));
    }

    [Theory]
    [InlineData("scope:", "names no scope")]
    [InlineData("scope:   ", "names no scope")]
    [InlineData("scope:a%20b", "white space")]
    [InlineData("scope:a\tb", "white space")]
    [InlineData("scope:100%", "%25")]
    [InlineData("realm-role:", "names no realm role")]
    [InlineData("realm-role: admin", "before or after")]
    [InlineData("realm-role:admin ", "before or after")]
    [InlineData("realm-role:%zz", "%25")]
    [InlineData("realm-role:%ff", "%25")]
    [InlineData("realm-role:x%4", "%25")]
    [InlineData("client-role:", "names no client role")]
    [InlineData("client-role:/writer", "names no client")]
    [InlineData("client-role:orders-api/", "names no client role")]
    [InlineData("client-role: /x", "names no client")]
    [InlineData("organization:", "names no organization")]
    [InlineData("group:", "names no group")]
    public void A_malformed_policy_name_is_rejected_with_the_reason(string text, string reason)
    {
        Assert.False(KeycloakPolicyName.TryParse(text, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MyPolicy")]
    [InlineData("Scope:email")]
    [InlineData("scopes:email")]
    [InlineData("scope")]
    [InlineData("")]
    public void Other_policy_names_are_not_parsed_and_cause_no_error(string text)
    {
        Assert.False(KeycloakPolicyName.TryParse(text, out _, out var problem));
        Assert.Null(problem);
    }

    public static TheoryData<string> DifficultNames =>
    [
        "writer", "a/b", "/a", "a/", "%", "%41", "a b", " a", "b ", " ", "\ta", "a\nb", "a:b", "::", "ä€😀", "😀",
        "http://x/y?z=%20#", "\"quoted\"", "a\u00a0",
    ];

    [Theory]
    [MemberData(nameof(DifficultNames))]
    public void Every_policy_name_can_be_written_and_parsed_again_without_loss(string name)
    {
        var rest = new List<KeycloakPolicyName>();
        if (!string.IsNullOrWhiteSpace(name))
        {
            rest.AddRange([
                KeycloakPolicyName.RealmRole(name),
                KeycloakPolicyName.Organization(name),
                KeycloakPolicyName.Group(name),
                KeycloakPolicyName.ClientRole(null, name),
                KeycloakPolicyName.ClientRole(name, name),
                KeycloakPolicyName.ClientRole("a", name)]);
            if (!name.Any(char.IsWhiteSpace))
            {
                rest.Add(KeycloakPolicyName.Scopes(name, "x", name + "y"));
            }
        }

        foreach (var written in rest)
        {
            Assert.True(KeycloakPolicyName.TryParse(written.ToString(), out var read, out _), written.ToString());
            Assert.Equal((written.Kind, written.Client), (read.Kind, read.Client));
            Assert.Equal(written.Values, read.Values);
        }
    }

    [Theory]
    [InlineData("scope:orders:read")]
    [InlineData("scope:a b")]
    [InlineData("realm-role:team lead")]
    [InlineData("client-role:orders-api/writer")]
    [InlineData("group:/staff")]
    public void Plain_policy_names_are_written_without_escaping(string text)
    {
        Assert.True(KeycloakPolicyName.TryParse(text, out var name, out _));
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData("scopes:email", "scope:email")]
    [InlineData("Scope:email", "scope:email")]
    [InlineData("scope=email", "scope:email")]
    [InlineData("socpe:email", "scope:email")]
    [InlineData(" scope : email", "scope:email")]
    [InlineData("client_role:x", "client-role:x")]
    [InlineData("ClientRole:orders-api/x", "client-role:orders-api/x")]
    [InlineData("role:admin", "realm-role:admin")]
    [InlineData("realm_role:admin", "realm-role:admin")]
    [InlineData("realm-roles:admin", "realm-role:admin")]
    [InlineData("organisation:acme", "organization:acme")]
    [InlineData("org:acme", "organization:acme")]
    [InlineData("Groups:/staff", "group:/staff")]
    [InlineData("MyPolicy", null)]
    [InlineData("store:1", null)]
    [InlineData("permission:orders", null)]
    [InlineData("tenant:x", null)]
    [InlineData(":x", null)]
    public void A_mistyped_policy_name_gets_a_suggestion_and_a_name_of_the_application_does_not(string text, string? meant) =>
        Assert.Equal(meant, PolicyNameSuggestion.For(text));

    [Fact]
    public void Attributes_set_the_policy_name()
    {
        Assert.Equal("scope:a b", new RequireScopeAttribute("a", "b").Policy);
        Assert.Equal("realm-role:admin", new RequireRealmRoleAttribute("admin").Policy);
        Assert.Equal("client-role:a%2Fb", new RequireClientRoleAttribute("a/b").Policy);
        Assert.Equal("client-role:api/a/b", new RequireClientRoleAttribute("a/b") { Client = "api" }.Policy);
        Assert.Equal("organization:acme", new RequireOrganizationAttribute("acme").Policy);
        Assert.Equal("group:/staff", new RequireGroupAttribute("/staff").Policy);
    }

    [Fact]
    public void Attributes_and_requirements_reject_empty_names()
    {
        Assert.Contains(
            "At least one scope", Assert.Throws<ArgumentException>(() => new RequireScopeAttribute()).Message, StringComparison.Ordinal);
        Assert.Contains(
            "empty", Assert.Throws<ArgumentException>(() => new RequireScopeAttribute("a", " ")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "separate scopes", Assert.Throws<ArgumentException>(() => new RequireScopeAttribute("a b")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new RequireRealmRoleAttribute(string.Empty));
        Assert.Throws<ArgumentException>(() => new RequireClientRoleAttribute("x") { Client = " " });
        Assert.Throws<ArgumentException>(() => new ClientRoleRequirement(" "));
        Assert.Throws<ArgumentException>(() => new RequireOrganizationAttribute("\t"));
        Assert.Throws<ArgumentNullException>(() => new RequireGroupAttribute(null!));
        Assert.Throws<ArgumentNullException>(() => new RequireScopeAttribute(null!));
    }
}
