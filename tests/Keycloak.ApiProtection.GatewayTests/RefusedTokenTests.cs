using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.GatewayTests;

public sealed class RefusedTokenTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    private const string Body = """{"item":"lamp","quantity":3}""";

    public static TheoryData<string> Ways => [.. Way.All];

    public static TheoryData<string, string> BadTokens => Way.Each(
        "expired", "tampered", "foreign key", "unsigned", "hmac", "foreign issuer", "another API behind the gateway", "no audience",
        "ID token", "ID token of the gateway's client", "refresh token",
        "offline token", "bound by DPoP", "bound by certificate", "junk", "two dots");

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Without_a_token_the_challenge_contains_no_error(string way)
    {
        var answer = await system.SendAsync(way, Request.Get("/{way}/email"));

        Assert.Equal(401, answer.Status);
        Assert.StartsWith("Bearer realm=\"demo\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.DoesNotContain("error", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_token_that_is_not_a_valid_access_token_for_this_api_is_rejected_with_a_challenge(string way, string kind)
    {
        var answer = await system.SendAsync(way, Request.Get("/{way}/email", Request.Bearer(Token(kind))));

        Assert.Equal(401, answer.Status);
        Assert.Contains(" realm=\"demo\", error=\"invalid_token\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.DoesNotContain("@example.com", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_token_without_the_scope_is_forbidden_and_the_challenge_names_the_scope(string way)
    {
        var answer = await system.SendAsync(way, Request.Post("/{way}/orders", Body, Request.Bearer(await system.TokenAsync("alice"))));
        var allowed = await system.SendAsync(
            way, Request.Post("/{way}/orders", Body, Request.Bearer(await system.TokenAsync("alice", "openid orders:write"))));

        Assert.Equal(403, answer.Status);
        Assert.Contains("error=\"insufficient_scope\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Contains("scope=\"orders:write\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(201, allowed.Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_scope_to_write_does_not_allow_reading(string way)
    {
        var token = Request.Bearer(system.Realm.Token("alice").For("cli").WithScope("orders:write").WithoutScope("orders:read").Create());

        Assert.Equal(403, (await system.SendAsync(way, Request.Get("/{way}/orders", token))).Status);
        Assert.Equal(201, (await system.SendAsync(way, Request.Post("/{way}/orders", Body, token))).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Only_the_methods_of_the_route_are_accepted(string way)
    {
        var token = Request.Bearer(await system.TokenAsync("alice", "openid orders:write"));
        foreach (var method in (string[])["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "FOO"])
        {
            var answer = await system.SendAsync(
                way, Request.With($"{method} /{{way}}/orders HTTP/1.1", ["Host: gateway", "X-HTTP-Method-Override: GET", token]));

            Assert.True(answer.Status is 400 or 405, $"The status for {method} was {answer.Status}.");
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_header_that_is_too_long_is_a_bad_request_and_the_token_in_a_long_header_is_checked(string way)
    {
        Assert.Equal(401, (await system.SendAsync(way, Request.Get("/{way}/email", Request.Bearer(new string('a', 9_000))))).Status);
        foreach (var length in (int[])[16_384, 20_000, 200_000])
        {
            var answer = await system.SendAsync(way, Request.Get("/{way}/email", Request.Bearer(new string('a', length))));

            Assert.True(answer.Status is 400 or 431, $"The status for {length} characters was {answer.Status}.");
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Two_authorization_headers_are_rejected_in_any_order_and_spelling(string way)
    {
        var alice = Request.Bearer(await system.TokenAsync("alice"));
        string[][] doubled =
        [
            [alice, alice], [alice, Request.Bearer("junk")], [Request.Bearer("junk"), alice], [alice, "authorization: Basic YTpi"],
            ["Authorization: ", alice], [alice + ", " + alice[15..]]
        ];
        foreach (var headers in doubled)
        {
            var answer = await system.SendAsync(way, Request.Get("/{way}/email", headers));

            Assert.True(answer.Status is 400 or 401, $"The status for {headers.Length} headers was {answer.Status}.");
        }

        var lowercase = alice.Replace("Authorization: Bearer", "authorization:bearer", StringComparison.Ordinal);
        Assert.Equal(200, (await system.SendAsync(way, Request.Get("/{way}/email", lowercase))).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_malformed_bearer_token_is_a_bad_request_and_another_scheme_counts_as_no_token(string way)
    {
        var two = await system.SendAsync(way, Request.Get("/{way}/email", "Authorization: Bearer a b"));

        Assert.Equal(400, two.Status);
        Assert.Contains("error=\"invalid_request\"", two.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(401, (await system.SendAsync(way, Request.Get("/{way}/email", "Authorization: Basic YWxpY2U6YWxpY2U="))).Status);
        Assert.Equal(
            401, (await system.SendAsync(way, Request.Get("/{way}/email?access_token=" + await system.TokenAsync("alice")))).Status);
    }

    private string Token(string kind)
    {
        var alice = system.Realm.Token("alice").For("cli");
        return kind switch
        {
            "expired" => alice.Expired().Create(),
            "tampered" => alice.Tampered().Create(),
            "foreign key" => alice.SignedByForeignKey().Create(),
            "unsigned" => alice.Unsigned().Create(),
            "hmac" => alice.SignedWithHmacOfPublicKey().Create(),
            "foreign issuer" => alice.WithIssuer("https://elsewhere.example/realms/demo").Create(),
            "another API behind the gateway" => alice.For("reports").Create(),
            "no audience" => alice.For("no-audience").Create(),
            "ID token" => alice.WithScope("openid").OfKind(TokenKind.Id).Create(),
            "ID token of the gateway's client" => alice.For("gateway")
                .WithScope("openid")
                .OfKind(TokenKind.Id)
                .WithAudience("gateway", "orders-api")
                .Create(),
            "refresh token" => alice.OfKind(TokenKind.Refresh).Create(),
            "offline token" => alice.OfKind(TokenKind.Offline).Create(),
            "bound by DPoP" => alice.BoundToDPoP("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I").Create(),
            "bound by certificate" => alice.BoundToCertificate("bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2").Create(),
            "two dots" => "a.b.c",
            _ => "junk",
        };
    }
}
