using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;

namespace Keycloak.ApiProtection.GatewayTests;

public sealed class GoodTokenTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    private const string Lamp = """{"item":"lamp","quantity":3}""";

    public static TheoryData<string> Ways => [.. Way.All];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_api_identifies_the_caller_by_the_token(string way)
    {
        var alice = await system.SendAsync(way, Request.Get("/{way}/email", Request.Bearer(await system.TokenAsync("alice"))));
        var bob = await system.SendAsync(way, Request.Get("/{way}/email", Request.Bearer(await system.TokenAsync("bob"))));

        Assert.Equal(200, alice.Status);
        Assert.EndsWith("alice@example.com", alice.Text, StringComparison.Ordinal);
        Assert.Equal(200, bob.Status);
        Assert.EndsWith("bob@example.com", bob.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_orders_of_one_user_are_not_in_the_list_of_another_user(string way)
    {
        var alice = Request.Bearer(await system.TokenAsync("alice", "openid orders:write"));
        var placed = await system.SendAsync(way, Request.Post("/{way}/orders", $$"""{"item":"a {{way}} lamp","quantity":3}""", alice));
        var hers = await system.SendAsync(way, Request.Get("/{way}/orders", alice));
        var bobs = await system.SendAsync(way, Request.Get("/{way}/orders", Request.Bearer(await system.TokenAsync("bob"))));

        Assert.Equal(201, placed.Status);
        Assert.Contains($"a {way} lamp", hers.Text, StringComparison.Ordinal);
        Assert.Equal(200, bobs.Status);
        Assert.DoesNotContain("lamp", bobs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_user_name_with_non_ascii_characters_is_accepted(string way)
    {
        var token = Request.Bearer(system.Realm.Token("alice").For("cli").WithClaim("preferred_username", "アリス, \"x\" %0d%0a").Create());

        Assert.Equal(200, (await system.SendAsync(way, Request.Get("/{way}/email", token))).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_token_of_ten_kilobytes_is_accepted(string way)
    {
        var token = Request.Bearer(system.Realm.Token("alice").For("cli").WithClaim("padding", new string('x', 7_000)).Create());

        Assert.True(token.Length > 9_000);
        Assert.Equal(200, (await system.SendAsync(way, Request.Get("/{way}/email", token))).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_http_1_0_request_without_a_host_is_served(string way)
    {
        var token = Request.Bearer(await system.TokenAsync("alice"));

        Assert.Equal(200, (await system.SendAsync(way, Request.With("GET /{way}/email HTTP/1.0", [token]))).Status);
        Assert.Equal(401, (await system.SendAsync(way, Request.With("GET /{way}/email HTTP/1.0", []))).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_absolute_request_target_is_served_for_any_host(string way)
    {
        var token = Request.Bearer(await system.TokenAsync("alice"));

        Assert.Equal(200, (await system.SendAsync(way, Request.Get("http://elsewhere.example/{way}/email", token))).Status);
        Assert.Equal(401, (await system.SendAsync(way, Request.Get("http://elsewhere.example/{way}/email"))).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_chunked_request_body_is_accepted(string way)
    {
        var token = Request.Bearer(await system.TokenAsync("alice", "openid orders:write"));
        string[] headers = ["Host: gateway", "Content-Type: application/json", "Transfer-Encoding: chunked"];
        var body = $"{Lamp.Length:x}\r\n{Lamp}\r\n0\r\n\r\n";

        Assert.Equal(201, (await system.SendAsync(way, Request.With("POST /{way}/orders HTTP/1.1", [.. headers, token], body))).Status);
        Assert.Equal(401, (await system.SendAsync(way, Request.With("POST /{way}/orders HTTP/1.1", headers, body))).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_second_request_on_the_same_connection_has_the_identity_of_its_own_token(string way)
    {
        var answer = await system.SendAsync(
            way,
            Request.Get("/{way}/email", Request.Bearer(await system.TokenAsync("alice")))
                .Replace("close", "keep-alive", StringComparison.Ordinal)
            + Request.Get("/{way}/email", Request.Bearer(await system.TokenAsync("bob")))
                .Replace("close", "keep-alive", StringComparison.Ordinal)
            + Request.Get("/{way}/email"));

        Assert.Equal([200, 200, 401], answer.Statuses);
        Assert.Single(answer.Text.Split("alice@example.com")[1..]);
        Assert.Single(answer.Text.Split("bob@example.com")[1..]);
    }
}
