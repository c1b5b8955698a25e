using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Testing.Tests.Hosting;

/// <summary>What an application that is pointed at an embedded realm waits for its answers.</summary>
public sealed class BackchannelTimeoutTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_api_under_test_waits_30_seconds_so_that_a_busy_machine_does_not_fail_a_test() =>
        Assert.Equal(TimeSpan.FromSeconds(30), await TimeoutAsync(_ => { }));

    [Theory]
    [InlineData("BackchannelTimeout")]
    [InlineData("backchannel-timeout")]
    [InlineData("backchannel_timeout")]
    public async Task A_timeout_in_the_applications_configuration_stays_in_every_spelling(string key) =>
        Assert.Equal(TimeSpan.FromSeconds(2), await TimeoutAsync(host => host.UseSetting($"Keycloak:{key}", "00:00:02")));

    [Fact]
    public async Task A_timeout_from_a_source_that_the_test_adds_later_stays() =>
        Assert.Equal(TimeSpan.FromSeconds(2), await TimeoutAsync(host => { }, host => host.ConfigureAppConfiguration((_, configuration) =>
            configuration.AddInMemoryCollection([new("Keycloak:BackchannelTimeout", "00:00:02")]))));

    [Fact]
    public async Task A_timeout_set_in_code_stays() =>
        Assert.Equal(TimeSpan.FromSeconds(2), await TimeoutAsync(host => host.ConfigureServices(services =>
            services.PostConfigureAll<KeycloakBearerOptions>(options => options.BackchannelTimeout = TimeSpan.FromSeconds(2)))));

    private static async Task<TimeSpan> TimeoutAsync(Action<IWebHostBuilder> before, Action<IWebHostBuilder>? after = null)
    {
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true }, Cancellation);
        await using var api = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            before(host);
            host.UseKeycloakRealm(realm, "orders-api");
            after?.Invoke(host);
        });
        var options = api.Services.GetRequiredService<IOptionsMonitor<KeycloakBearerOptions>>();
        return options.Get(KeycloakBearerDefaults.AuthenticationScheme).BackchannelTimeout;
    }
}
