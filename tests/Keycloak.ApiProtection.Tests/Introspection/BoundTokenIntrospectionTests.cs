using System.Net;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Tests.Introspection;

public sealed class BoundTokenIntrospectionTests
{
    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("own", HttpStatusCode.OK)]
    [InlineData("other", HttpStatusCode.ServiceUnavailable)]
    public async Task A_response_for_a_bound_token_must_name_its_key(string? named, HttpStatusCode expected)
    {
        await using var api = await IntrospectingApi.StartAsync();
        using var key = api.Realm.Dpop();
        using var other = api.Realm.Dpop();
        var token = api.Realm.Token("alice").For("cli").BoundTo(key).Create();
        var answer = Answers.Of(token);
        answer.Remove("cnf");
        if (named is not null)
        {
            answer["cnf"] = new JsonObject { ["jkt"] = named == "own" ? key.Thumbprint : other.Thumbprint };
        }

        api.Line.Instead = _ => Responses.Of(answer.ToJsonString());
        using var client = new HttpClient(new DpopHandler(key, token, api.Server.CreateHandler()));

        using var response = await client.GetAsync(new Uri("http://localhost/me"), TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.StatusCode);
    }
}
