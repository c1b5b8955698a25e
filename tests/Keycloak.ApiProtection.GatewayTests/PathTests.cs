using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;

namespace Keycloak.ApiProtection.GatewayTests;

/// <summary>For every spelling of a path, the gateway decides on the endpoint that the API executes.</summary>
public sealed class PathTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    private static readonly string[] Targets =
    [
        "/{way}/orders/../email", "/{way}/email/../orders", "/{way}/email/%2e%2e/orders", "/{way}/orders/%2e%2e/email",
        "/{way}/email/..%2forders", "/{way}/orders/..%2femail",
        "/{way}/email%2f..%2forders", "/{way}/orders%2F..%2Femail", "/{way}/email/..;/orders", "/{way}/orders/..;/email",
        "/{way}/email;/../orders", "/{way}/orders;x=/../email",
        "/{way}/%6frders", "/{way}/%65mail", "/{way}/ORDERS", "/{way}/Email", "/{way}//orders", "//{way}/orders", "/{way}//email",
        "/{way}/./orders", "/{way}/orders/", "/{way}/email/",
        "/{way}/orders%00", "/{way}/email%00/orders", "/{way}/orders%20", "/{way}/email%20", "/{way}/orders%09",
        "/{way}/email%0d%0aX-Token-Subject:%20x", "/{way}/orders%3f/email",
        "/{way}/email?/../orders", "/{way}/orders?/../email", "/{way}/email#/orders", "/{way}/orders#/email", "/{way}/email\\..\\orders",
        "/{way}/orders\\..\\email", "/{way}/email%5c..%5corders",
        "/{way}/%252e%252e/{way}/orders", "/{way}/email/%252e%252e/orders", "/{way}/%c0%ae%c0%ae/orders",
        "/{way}/orders%c0%af..%c0%afemail", "/direct/../{way}/orders", "/{way}/../direct/email",
        "/{way}/../checked/orders", "/{way}/../introspected/orders", "http://gateway/{way}/email/../orders", "http://gateway//{way}/orders",
        "/_check", "/_introspect", "/_keycloak", "/_logout/token-check",
        "/{way}/orders/1/shipment/../../../email", "/{way}/orders/1%2fshipment", "/{way}/orders/1/shipment%2f..",
        "/{way}/orders/1/../../email", "/{way}/orders/-1/shipment", "/{way}/orders/99999999999/shipment",
        "/{way}", "/{way}/", "/{way}orders", "/email", "/orders", "/check/email", "*", "/{way}/.keycloak/../orders",
    ];

    public static TheoryData<string, string> Odd => Way.Each(Targets);

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task An_unusual_path_gives_no_access_beyond_the_scopes_of_the_token(string way, string target)
    {
        var alice = system.Realm.Token("alice").For("cli");
        var forEmail = Request.Bearer(alice.WithoutScope("orders:read").Create());
        var forOrders = Request.Bearer(alice.WithoutScope("email").Create());

        var anybody = await system.SendAsync(way, Request.Get(target));
        var email = await system.SendAsync(way, Request.Get(target, forEmail));
        var orders = await system.SendAsync(way, Request.Get(target, forOrders));

        Assert.All(
            [anybody, email, orders],
            answer => Assert.True(answer.Status is 200 or 301 or 400 or 401 or 403 or 404 or 405 or 501, answer.Text));
        Assert.NotEqual(200, anybody.Status);
        Assert.DoesNotContain("\"item\"", email.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("alice@example.com", orders.Text, StringComparison.Ordinal);
        Assert.True(email.Status != 200 || email.Text.EndsWith("alice@example.com", StringComparison.Ordinal), email.Text);
        Assert.True(
            orders.Status != 200
                || orders.Text.Contains("\"item\"", StringComparison.Ordinal)
                || orders.Text.Contains("\"orderId\"", StringComparison.Ordinal),
            orders.Text);
    }

    [Theory]
    [MemberData(nameof(Spelled))]
    public async Task A_path_in_another_spelling_is_the_same_path(string way, string target)
    {
        var token = Request.Bearer(await system.TokenAsync("alice"));

        Assert.Equal(200, (await system.SendAsync(way, Request.Get(target, token))).Status);
        Assert.Equal(401, (await system.SendAsync(way, Request.Get(target))).Status);
    }

    public static TheoryData<string, string> Spelled =>
        Way.Each("/{way}/%6frders", "/{way}/orders/../email", "/{way}/./email", "/{way}/email?x=/../orders");

    [Theory]
    [MemberData(nameof(Framings))]
    public async Task A_request_with_an_ambiguous_length_is_rejected(string way, string headers)
    {
        var token = Request.Bearer(await system.TokenAsync("alice", "openid orders:write"));
        var answer = await system.SendAsync(way, Request.With(
            "POST /{way}/orders HTTP/1.1",
            ["Host: gateway", "Content-Type: application/json", token, .. headers.Split('|')],
            "0\r\n\r\nGET /{way}/email HTTP/1.1\r\nHost: gateway\r\nX-Token-Subject: x\r\n\r\n"));

        Assert.True(Assert.Single(answer.Statuses) is 400 or 501, answer.Text);
        Assert.DoesNotContain("@example.com", answer.Text, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Framings => Way.Each(
        "Content-Length: 100|Transfer-Encoding: chunked", "Transfer-Encoding: chunked|Content-Length: 3",
        "Content-Length: 3|Content-Length: 100", "Transfer-Encoding: identity, chunked|Content-Length: 3",
        "Content-Length: +3", "Transfer-Encoding: xchunked", "Content-Length: 3, 100");
}
