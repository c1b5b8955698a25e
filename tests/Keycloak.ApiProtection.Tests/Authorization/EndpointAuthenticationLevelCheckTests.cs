using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

#pragma warning disable CA1822 // hub methods must be instance methods

namespace Keycloak.ApiProtection.Tests.Authorization;

public sealed class EndpointAuthenticationLevelCheckTests
{
    [Theory]
    [InlineData("attribute")]
    [InlineData("name")]
    [InlineData("policy")]
    [InlineData("registered")]
    [InlineData("hub")]
    public async Task A_level_that_is_not_in_the_order_stops_the_start_and_the_endpoint_is_named(string how)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(["silver", "gold"], app => _ = how switch
        {
            "attribute" => (object)app.MapGet("/pay", () => "x").RequireAuthentication("golf"),
            "name" => app.MapGet("/pay", () => "x").RequireAuthorization("acr:golf"),
            "policy" => app.MapGet("/pay", () => "x").RequireAuthorization(policy => policy.RequireAuthentication("gold golf")),
            "registered" => app.MapGet("/pay", () => "x").RequireAuthorization("transfer"),
            _ => app.MapHub<PayHub>("/pay"),
        }));

        Assert.Contains("/pay: the level \"golf\" is not in AcrLevels (silver, gold).", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Levels_of_the_order_are_accepted_and_without_an_order_every_level_is()
    {
        await using var ordered = await StartAsync(
            ["silver 1", "gold 2"], app => app.MapGet("/pay", () => "x").RequireAuthentication("2").RequireAuthentication("silver"));
        await using var unordered = await StartAsync([], app => app.MapGet("/pay", () => "x").RequireAuthentication("golf"));
        Assert.NotNull(ordered);
        Assert.NotNull(unordered);
    }

    [Fact]
    public async Task Two_levels_that_no_login_has_together_stop_the_start()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            StartAsync([], app => app.MapGet("/pay", () => "x").RequireAuthentication("silver").RequireAuthentication("gold")));

        Assert.Contains("no single level meets \"silver\" and \"gold\"", failure.Message, StringComparison.Ordinal);

        // The methods of a hub are not called together.
        await using var hub = await StartAsync([], app => app.MapHub<TwoLevelsHub>("/hub"));
        Assert.NotNull(hub);
    }

    [Fact]
    public async Task A_level_of_one_of_several_realms_is_accepted()
    {
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer(options => options.AcrLevels.Add("silver"));
                services.AddKeycloakBearer("Other", options =>
                {
                    options.Authority = "https://kc.example/realms/other";
                    options.Resource = "orders-api";
                    options.AcrLevels.Add("loa2");
                });
            },
            app => app.MapGet("/pay", () => "x").RequireAuthentication("loa2")
                .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "Keycloak,Other" }));
        Assert.NotNull(app);
    }

    [Fact]
    public async Task An_attribute_without_level_and_age_stops_the_start()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            StartAsync([], app => app.MapGet("/pay", [RequireAuthentication] () => "x")));

        Assert.Contains("The policy name \"max-age:\" is malformed", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ACR:gold", "acr:gold")]
    [InlineData("acr=gold", "acr:gold")]
    [InlineData("maxage:300", "max-age:300")]
    [InlineData("max_age=300", "max-age:300")]
    public async Task A_misspelled_name_stops_the_start_with_a_suggestion(string name, string meant)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StartAsync([], app => app.MapGet("/pay", () => "x").RequireAuthorization(name)));

        Assert.Contains($"Did you mean \"{meant}\"?", failure.Message, StringComparison.Ordinal);
    }

    private static Task<ProtectedApp> StartAsync(string[] levels, Action<WebApplication> map) => ProtectedApp.StartAsync(
        services =>
        {
            services.AddSignalR();
            services.AddAuthorization(options => options.AddPolicy("transfer", policy => policy.RequireAuthentication("golf")));
            services.AddKeycloakBearer(options =>
            {
                foreach (var level in levels)
                {
                    options.AcrLevels.Add(level);
                }
            });
        },
        map);

    [Authorize]
    internal sealed class PayHub : Hub
    {
        [RequireAuthentication("golf")]
        public string Pay() => "paid";
    }

    [Authorize]
    internal sealed class TwoLevelsHub : Hub
    {
        [RequireAuthentication("silver")]
        public string List() => "listed";

        [RequireAuthentication("gold")]
        public string Pay() => "paid";
    }
}
