using Keycloak.ApiProtection.GatewayTests.Fixtures;

namespace Keycloak.ApiProtection.GatewayTests;

/// <summary>The NGINX configuration that docs/token-check.md documents.</summary>
public sealed class DocumentedSiteTests(DocumentedSite site) : IClassFixture<DocumentedSite>
{
    [Theory]
    [InlineData("/orders/..;/admin")]
    [InlineData("/orders/..;a=b/admin")]
    [InlineData("/orders/..%3b/admin")]
    [InlineData("/orders/..%3B/admin")]
    [InlineData("/orders/..%5cadmin")]
    [InlineData("/orders/..%5Cadmin")]
    [InlineData("/orders/..\\admin")]
    [InlineData("/orders/..%2fadmin")]
    [InlineData("/orders/..%2Fadmin")]
    [InlineData("/orders/%2e%2e/admin")]
    [InlineData("/orders/.%2E/admin")]
    [InlineData("/orders/%252e%252e/admin")]
    [InlineData("/orders/../admin")]
    [InlineData("/orders/./1")]
    [InlineData("/orders/..")]
    [InlineData("/orders/..?a=b")]
    [InlineData("/orders/..#a")]
    [InlineData("/orders;v=1/../admin")]
    [InlineData("/admin/%2e%2e/orders/1")]
    [InlineData("/admin;v=1/1")]
    [InlineData("//orders/..;/admin")]
    [InlineData("http://gateway/orders/..;/admin")]
    public async Task A_path_that_nginx_and_an_api_could_read_differently_is_a_bad_request(string target) =>
        Assert.Equal(400, (await site.GetAsync(target)).Status);

    [Theory]
    [InlineData("/orders/1", "/orders/1")]
    [InlineData("/orders/a.b", "/orders/a.b")]
    [InlineData("/orders/...", "/orders/...")]
    [InlineData("/orders/..a/a../a..b", "/orders/..a/a../a..b")]
    [InlineData("/orders/.well-known", "/orders/.well-known")]
    [InlineData("/orders/a%20b+c@d:e,f", "/orders/a%20b+c@d:e,f")]
    [InlineData("/orders/%E3%81%82", "/orders/%E3%81%82")]
    [InlineData("/orders/1?next=/../admin;a=%2e%2e\\%5c", "/orders/1?next=/../admin;a=%2e%2e\\%5c")]
    [InlineData("http://gateway/orders/1", "/orders/1")]
    public async Task Another_path_reaches_the_api_as_the_client_sent_it(string target, string received)
    {
        var answer = await site.GetAsync(target);

        Assert.Equal(200, answer.Status);
        Assert.Contains(received + "\r\n", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_without_a_location_is_not_found() => Assert.Equal(404, (await site.GetAsync("/admin/1")).Status);
}
