using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;

namespace Keycloak.ApiProtection.GatewayTests;

public sealed class ShipmentTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    [Fact]
    public async Task An_api_that_has_the_token_asks_another_api_for_its_caller_with_an_exchanged_one()
    {
        var answer = await GetAsync(Way.Direct, "orders/1/shipment");

        Assert.Equal(200, answer.Status);
        Assert.Contains("\"recipient\":\"alice\",\"askedBy\":\"orders-api\"", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callers_own_token_is_refused_by_the_other_api_because_of_its_audience()
    {
        var answer = await GetAsync(Way.Direct, "orders/1/shipment/passed-on");

        Assert.Equal(200, answer.Status);
        Assert.Contains("\"shippingAnswered\":401", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\"orders-api\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"shipping-api\"", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Way.Introspected)]
    [InlineData(Way.Checked)]
    public async Task An_api_behind_the_gateway_says_that_it_cannot_act_for_its_caller(string way)
    {
        Assert.Equal(501, (await GetAsync(way, "orders/1/shipment")).Status);
        Assert.Equal(501, (await GetAsync(way, "orders/1/shipment/passed-on")).Status);
    }

    [Fact]
    public async Task Nobody_learns_of_shipments_of_orders_that_are_not_theirs() => Assert.Equal(404, (await GetAsync(Way.Direct, "orders/3/shipment")).Status);

    [Fact]
    public async Task A_shipping_api_that_is_down_is_an_outage_of_the_orders_api()
    {
        await system.Article.Shipping.StopAsync();
        try
        {
            var answer = await GetAsync(Way.Direct, "orders/1/shipment");

            Assert.Equal(503, answer.Status);
            Assert.NotEqual(string.Empty, answer.Header("Retry-After"));
        }
        finally
        {
            await system.Article.Shipping.StartAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task<RawAnswer> GetAsync(string way, string path) =>
        await system.SendAsync(way, Request.Get($"/{{way}}/{path}", Request.Bearer(await system.TokenAsync("alice"))));
}
