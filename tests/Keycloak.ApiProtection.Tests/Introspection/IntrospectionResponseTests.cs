using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Tests.Introspection;

public sealed class IntrospectionResponseTests
{
    public static TheoryData<string, string?, string> Spoiled => new()
    {
        // Claims that bind the response to the token.
        { "iss", "\"https://evil.example/realms/demo\"", "503" },
        { "iss", null, "503" },
        { "iss", "[\"http://localhost/realms/demo\"]", "503" },
        { "sub", "\"somebody-else\"", "503" },
        { "sub", null, "503" },
        { "jti", "\"another\"", "503" },
        { "jti", null, "503" },
        { "azp", "\"spa\"", "503" },
        { "azp", null, "503" },

        // The type of the token.
        { "token_type", "\"ID\"", "503" },
        { "token_type", "\"Refresh\"", "503" },
        { "token_type", "[\"Bearer\"]", "503" },
        { "token_type", null, "503" },
        { "token_type", "\"bearer\"", "200" },
        { "token_type", "\"DPoP\"", "200" },

        // Whether the token is active.
        { "active", null, "503" },
        { "active", "\"true\"", "503" },
        { "active", "1", "503" },
        { "active", "null", "503" },
        { "active", "false", "401 inactive" },

        // The audience, and the confirmation (sender constraint).
        { "aud", "\"account\"", "401 audience" },
        { "aud", "[]", "401 audience" },
        { "aud", null, "401 audience" },
        { "aud", "7", "503" },
        { "aud", "\"orders-api\"", "200" },
        { "cnf", $"{{\"jkt\":\"{new string('A', 43)}\"}}", "401 dpop_scheme" },
        { "cnf", "{\"x5t#S256\":\"x\"}", "401 bound_malformed" },

        // Claims of the principal.
        { "realm_access", "[]", "503" },
        { "scope", "7", "503" },
        { "realm_access", null, "200" },
        { "username", "\"somebody\"", "200" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public async Task Every_field_of_a_response_is_verified_before_the_response_is_used(string member, string? json, string verdict)
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Token();
        var answer = Answers.Of(token);
        answer.Remove(member);
        if (json is not null)
        {
            answer[member] = JsonNode.Parse(json);
        }

        api.Line.Instead = _ => Responses.Of(answer.ToJsonString());

        Assert.Equal(verdict, await api.VerdictAsync(token));
        api.Line.Instead = _ => Responses.Of(Answers.Of(token).ToJsonString());
        api.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("200", await api.VerdictAsync(token));
    }

    [Theory]
    [InlineData("""{"active":true}""")]
    [InlineData("""{"active":true,"active":true}""")]
    [InlineData("""{"active":false,"active":true}""")]
    [InlineData("true")]
    [InlineData("")]
    [InlineData("<html></html>")]
    public async Task A_response_that_does_not_identify_the_token_is_not_accepted(string body)
    {
        await using var api = await IntrospectingApi.StartAsync();
        api.Line.Instead = _ => Responses.Of(body);

        Assert.Equal("503", await api.VerdictAsync(api.Token()));
    }

    [Fact]
    public async Task A_response_about_another_token_is_not_accepted_and_does_not_affect_other_tokens()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var (alice, bob) = (api.Token(), api.Token("bob"));
        api.Line.Instead = _ => api.Line.LastForm.GetValueOrDefault("token") == bob ? Responses.Of(
            Answers.Of(alice).ToJsonString()) : null;

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("503", await api.VerdictAsync(bob));
        }

        // One introspection in five seconds, and alice is not affected.
        Assert.Equal(1, api.Line.Questions);
        Assert.Equal("200", await api.VerdictAsync(alice));
        Assert.Contains("'sub' differs", api.Log.Text("IntrospectionFailed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_with_a_status_other_than_200_is_ignored_whatever_its_content()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Token();
        api.Line.Instead = _ => Responses.Of(Answers.Of(token).ToJsonString(), System.Net.HttpStatusCode.Accepted);

        Assert.Equal("503", await api.VerdictAsync(token));
    }
}
