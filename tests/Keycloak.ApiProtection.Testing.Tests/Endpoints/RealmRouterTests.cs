using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Endpoints;

public sealed class RealmRouterTests(RealmFixture fixture) : IClassFixture<RealmFixture>
{
    private string Host => fixture.Realm.BaseAddress.GetLeftPart(UriPartial.Authority);

    [Theory]
    [InlineData("GET", "/nope", 404, "Unable to find matching target resource method")]
    [InlineData("GET", "/", 404, "Unable to find matching target resource method")]
    [InlineData("GET", "/realms/demo/protocol/openid-connect/nope", 404, "HTTP 404 Not Found")]
    [InlineData("GET", "/realms/nope/protocol/openid-connect/certs", 404, "Realm does not exist")]
    [InlineData("POST", "/realms/nope/protocol/openid-connect/token", 404, "Realm does not exist")]
    [InlineData("GET", "/realms/demo/protocol/openid-connect/token", 405, "HTTP 405 Method Not Allowed")]
    [InlineData("GET", "/realms/demo/protocol/openid-connect/token/introspect", 405, "HTTP 405 Method Not Allowed")]
    [InlineData("GET", "/realms/demo/protocol/openid-connect/revoke", 405, "HTTP 405 Method Not Allowed")]
    [InlineData("POST", "/realms/demo/protocol/openid-connect/certs", 405, "HTTP 405 Method Not Allowed")]
    [InlineData("POST", "/realms/demo/.well-known/openid-configuration", 404, "HTTP 404 Not Found")]
    public async Task An_unknown_path_or_method_is_rejected_with_Keycloaks_error(string method, string path, int status, string error)
    {
        var answer = await fixture.Caller.SendAsync(new HttpMethod(method), Host + path);

        Assert.Equal((status, error), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task A_path_with_a_double_slash_is_rejected_as_in_Keycloak_26_5_and_later()
    {
        var answer = await fixture.Caller.SendAsync(HttpMethod.Get, Host + "//realms/demo");

        Assert.Equal((400, "missingNormalization", "Request path not normalized"), (answer.Status, answer.Error, answer.Description));
    }

    [Fact]
    public async Task A_trailing_slash_is_ignored_and_a_response_to_HEAD_has_no_body()
    {
        var url = fixture.Realm.Issuer + "/.well-known/openid-configuration";

        Assert.Equal(200, (await fixture.Caller.SendAsync(HttpMethod.Get, url + "/")).Status);
        var head = await fixture.Caller.SendAsync(HttpMethod.Head, url);
        Assert.Equal((200, ""), (head.Status, head.Text));
    }

    [Fact]
    public async Task The_address_of_the_realm_returns_its_public_key()
    {
        var answer = await fixture.Caller.SendAsync(HttpMethod.Get, fixture.Realm.Issuer);

        Assert.Equal("demo", (string?)answer.Json["realm"]);
        Assert.Equal(fixture.Realm.Issuer + "/protocol/openid-connect", (string?)answer.Json["token-service"]);
        Assert.Equal(0, (int)answer.Json["tokens-not-before"]!);
        using var rsa = System.Security.Cryptography.RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String((string)answer.Json["public_key"]!), out _);
        Assert.Equal(2048, rsa.KeySize);
    }
}
