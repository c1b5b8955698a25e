using Keycloak.ApiProtection.Authorization.Policies;

namespace Keycloak.ApiProtection.Tests.Authorization;

public sealed class AuthenticationPolicyNameTests
{
    public static TheoryData<string, string[], int?> Names => new()
    {
        { "acr:gold", ["gold"], null },
        { "acr:silver gold", ["silver", "gold"], null },
        { "acr:gold max-age:300", ["gold"], 300 },
        { "max-age:1", [], 1 },
        { "max-age:31536000", [], 31536000 },
        { "acr:urn:example:level:silver", ["urn:example:level:silver"], null },
        { "acr:50%25", ["50%"], null },
        { "acr:max-age%3A300", ["max-age:300"], null },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_and_an_attribute_have_the_same_meaning(string name, string[] levels, int? seconds)
    {
        Assert.True(KeycloakPolicyName.TryParse(name, out var parsed, out _));
        Assert.Equal(
            (name, KeycloakPolicyKind.Authentication, seconds), (parsed.ToString(), parsed.Kind, (int?)parsed.MaxAge?.TotalSeconds));
        Assert.Equal(levels, parsed.Values);

        var attribute = levels.Length == 0
            ? new RequireAuthenticationAttribute()
            : new RequireAuthenticationAttribute(string.Join(' ', levels));
        if (seconds is { } age)
        {
            attribute.MaxAgeSeconds = age;
        }

        Assert.Equal((name, seconds ?? -1), (attribute.Policy, attribute.MaxAgeSeconds));
    }

    [Theory]
    [InlineData("acr:", "names no level")]
    [InlineData("acr: ", "names no level")]
    [InlineData("acr:max-age:300", "names no level")]
    [InlineData("acr:gold\"", "cannot contain")]
    [InlineData("acr:gold\u00e9", "cannot contain")]
    [InlineData("acr:gold%20bar", "cannot contain")]
    [InlineData("acr:gold%", "two hexadecimal digits")]
    [InlineData("max-age:", "from 1 to 31536000")]
    [InlineData("max-age:0", "from 1 to 31536000")]
    [InlineData("max-age:-1", "from 1 to 31536000")]
    [InlineData("max-age:1.5", "from 1 to 31536000")]
    [InlineData("max-age:31536001", "from 1 to 31536000")]
    [InlineData("max-age:300 gold", "levels first")]
    [InlineData("max-age:300 max-age:60", "one age")]
    [InlineData("acr:gold max-age:300 max-age:60", "one age")]
    public void A_malformed_name_is_rejected_with_the_reason(string name, string reason)
    {
        Assert.False(KeycloakPolicyName.TryParse(name, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\"b")]
    [InlineData("\u91d1")]
    public void An_attribute_rejects_a_level_that_cannot_be_sent(string level) =>
        Assert.Throws<ArgumentException>(() => new RequireAuthenticationAttribute(level));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(31536001)]
    public void An_attribute_rejects_an_age_that_is_out_of_range(int seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RequireAuthenticationAttribute("gold") { MaxAgeSeconds = seconds });

    [Fact]
    public void A_requirement_needs_a_level_or_an_age_in_whole_seconds()
    {
        Assert.Throws<ArgumentException>(() => new AuthenticationRequirement());
        Assert.Throws<ArgumentOutOfRangeException>(() => new AuthenticationRequirement("gold", TimeSpan.FromMilliseconds(1500)));
        Assert.Equal(["silver", "gold"], new AuthenticationRequirement("silver gold", TimeSpan.FromSeconds(5)).AcrValues);
        Assert.Equal(
            "AuthenticationRequirement: a login at level 'silver' or 'gold' at most 5 seconds ago",
            new AuthenticationRequirement("silver gold", TimeSpan.FromSeconds(5)).ToString());
    }
}
