using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;

namespace Keycloak.ApiProtection.GatewayTests;

public sealed class ShipmentTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    [Fact]
    public async Task An_api_that_has_the_token_calls_another_api_with_an_exchanged_token()
    {
        var answer = await GetAsync(Way.Direct, "orders/1/shipment");

        Assert.Equal(200, answer.Status);
        Assert.Contains("\"recipient\":\"alice\",\"askedBy\":\"orders-api\"", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callers_own_token_is_rejected_by_the_other_api_because_of_its_audience()
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
    public async Task An_api_behind_the_gateway_responds_with_501_because_it_has_no_token(string way)
    {
        Assert.Equal(501, (await GetAsync(way, "orders/1/shipment")).Status);
        Assert.Equal(501, (await GetAsync(way, "orders/1/shipment/passed-on")).Status);
    }

    [Fact]
    public async Task The_shipment_of_an_order_that_the_user_does_not_have_is_not_found() =>
        Assert.Equal(404, (await GetAsync(Way.Direct, "orders/3/shipment")).Status);

    [Fact]
    public async Task A_shipping_api_that_is_down_leads_to_503()
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
