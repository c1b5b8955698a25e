using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;

namespace Keycloak.ApiProtection.GatewayTests;

/// <summary>A large order needs a strong and recent login (RFC 9470). Only the API that gets the token offers it.</summary>
public sealed class LargeOrderTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    private const string Large = """{"item":"lamp","quantity":21}""";
    private const string Small = """{"item":"lamp","quantity":20}""";

    public static TheoryData<string> Ways => [.. Way.All];

    [Fact]
    public async Task A_recent_gold_login_places_a_large_order()
    {
        var placed = await system.SendAsync("direct", Request.Post("/direct/orders/large", Large, Bearer("gold", DateTimeOffset.UtcNow)));

        Assert.Equal(201, placed.Status);
    }

    [Theory]
    [InlineData("silver", 0)]
    [InlineData("gold", 10)]
    public async Task A_weaker_or_older_login_is_asked_for_a_gold_one_of_the_last_five_minutes(string level, int minutes)
    {
        var refused = await system.SendAsync(
            "direct", Request.Post("/direct/orders/large", Large, Bearer(level, DateTimeOffset.UtcNow.AddMinutes(-minutes))));

        Assert.Equal(401, refused.Status);
        Assert.Contains("insufficient_user_authentication", refused.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.EndsWith("acr_values=\"gold\", max_age=\"300\"", refused.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gold_login_without_the_scope_is_forbidden()
    {
        var token = system.Realm.Token("alice").For("cli").WithAuthentication("gold", DateTimeOffset.UtcNow).Create();

        var refused = await system.SendAsync("direct", Request.Post("/direct/orders/large", Large, Request.Bearer(token)));

        Assert.Equal(403, refused.Status);
        Assert.Contains("scope=\"orders:write\"", refused.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_endpoint_for_other_orders_accepts_no_large_order(string way)
    {
        var gold = Bearer("gold", DateTimeOffset.UtcNow);

        Assert.Equal(201, (await system.SendAsync(way, Request.Post("/{way}/orders", Small, gold))).Status);
        Assert.Equal(400, (await system.SendAsync(way, Request.Post("/{way}/orders", Large, gold))).Status);
    }

    [Theory]
    [InlineData("introspected")]
    [InlineData("checked")]
    public async Task There_is_no_large_order_behind_the_gateway(string way)
    {
        var refused = await system.SendAsync(way, Request.Post("/{way}/orders/large", Large, Bearer("gold", DateTimeOffset.UtcNow)));

        Assert.Equal(404, refused.Status);
    }

    private string Bearer(string level, DateTimeOffset at) =>
        Request.Bearer(system.Realm.Token("alice").For("cli").WithScope("orders:write").WithAuthentication(level, at).Create());
}
