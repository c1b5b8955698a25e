namespace Keycloak.ApiProtection.Tests.Introspection;

public sealed class LightweightTests
{
    [Fact]
    public async Task With_credentials_only_lightweight_tokens_are_introspected_by_default()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.Mode = null);
        var lightweight = api.Realm.Token("alice").For("lightweight").Create();

        Assert.Equal("200", await api.VerdictAsync(lightweight, "/write"));
        Assert.Equal("alice", await api.TextAsync(lightweight, "/me"));
        Assert.Equal("200", await api.VerdictAsync(api.Token()));
        Assert.Equal(1, api.Line.Questions);
    }

    [Fact]
    public async Task The_claims_come_from_the_response_without_the_members_that_only_responses_have()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var types = (await api.TextAsync(api.Realm.Token("alice").For("lightweight").Create(), "/claims")).Split(' ');

        Assert.Contains("preferred_username", types);
        Assert.Contains("realm_access", types);
        Assert.Contains("sub", types);
        Assert.DoesNotContain("active", types);
        Assert.DoesNotContain("token_type", types);
        Assert.DoesNotContain("username", types);
        Assert.DoesNotContain("client_id", types);
    }

    [Fact]
    public async Task A_removed_role_takes_effect_even_when_the_roles_of_tokens_are_kept()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.RefreshRoles = false);
        var token = api.Realm.Token("alice").For("lightweight").Create();
        Assert.Equal("200", await api.VerdictAsync(token, "/write"));

        api.Realm.Users.UnassignRole("alice", "writer", "orders-api");
        api.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("403", await api.VerdictAsync(token, "/write"));
    }

    [Fact]
    public async Task A_lightweight_token_for_another_API_is_rejected_because_of_its_audience()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Realm.Token("alice").For("lightweight").Create();
        var answer = Answers.Of(token);
        (answer["sub"], answer["aud"]) = ("alice-id", "shipping-api");
        api.Line.Instead = _ => Responses.Of(answer.ToJsonString());

        Assert.Equal("401 audience", await api.VerdictAsync(token));
        Assert.Contains("Keycloak's introspection response", api.Log.Text("TokenRejected"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lightweight_token_that_is_bound_according_to_the_response_owes_a_proof()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Realm.Token("alice").For("lightweight").Create();
        var answer = Answers.Of(token);
        (answer["aud"], answer["cnf"]) = ("orders-api", new System.Text.Json.Nodes.JsonObject { ["jkt"] = new string('A', 43) });
        api.Line.Instead = _ => Responses.Of(answer.ToJsonString());

        Assert.Equal("401 dpop_scheme", await api.VerdictAsync(token));
    }

    [Fact]
    public async Task Without_introspection_a_lightweight_token_is_rejected()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.Introspection.Mode = IntrospectionMode.Never);

        Assert.Equal("401 lightweight", await api.VerdictAsync(api.Realm.Token("alice").For("lightweight").Create()));
        Assert.Equal(0, api.Line.Questions);
    }
}
