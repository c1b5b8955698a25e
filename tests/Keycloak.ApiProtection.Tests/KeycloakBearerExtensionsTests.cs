using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests;

public sealed class KeycloakBearerExtensionsTests
{
    private const string Partners = "https://kc.example/realms/partners";

    [Fact]
    public async Task Two_schemes_with_two_realms_work_side_by_side_and_each_rejects_tokens_of_the_other()
    {
        var realm = await DemoRealm.StartAsync();
        await realm.AddAsync(Partners);
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer();
                services.AddKeycloakBearer("Partners", Section(("Authority", Partners), ("resource", "partners-api")));
            },
            app => app.MapGet("/partners", () => "partners")
                .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "Partners" }),
            realm);
        var partner = app.Alice.WithText("iss", Partners).WithText("aud", "partners-api");

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/partners", partner)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", partner)).StatusCode);
        var refused = await app.GetAsync("/partners", app.Alice);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("realm=\"partners\"", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_scheme_becomes_the_default_unless_the_application_has_set_a_default()
    {
        var first = await Default(services => services.AddKeycloakBearer("One", Settings).AddKeycloakBearer("Two", Settings));
        var own = await Default(services =>
        {
            services.AddAuthentication("Mine");
            services.AddKeycloakBearer("One", Settings);
        });
        var composed = await Default(services => services.AddAuthentication("Mine").AddKeycloakBearer("One", Settings));

        Assert.Equal(("One", "Mine", "Mine"), (first, own, composed));
    }

    [Fact]
    public async Task Settings_can_come_from_a_section_or_from_an_adapter_JSON_file()
    {
        await using var section = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(Section(("Authority", DemoRealm.Issuer), ("resource", "orders-api"))));
        await using var root = await ProtectedApp.StartAsync(services => services.AddKeycloakBearer(
            new ConfigurationBuilder()
                .AddInMemoryCollection([new("realm", "demo"), new("auth-server-url", "https://kc.example"), new("resource", "orders-api")])
                .Build()));

        Assert.Equal(HttpStatusCode.OK, (await section.GetAsync("/me", section.Alice)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await root.GetAsync("/me", root.Alice)).StatusCode);
    }

    [Fact]
    public async Task Invalid_settings_fail_at_startup()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ProtectedApp.StartAsync(options => options.ClockSkew = TimeSpan.FromHours(1)));

        Assert.Contains("ClockSkew", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invalid_claims_settings_fail_at_startup()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ProtectedApp.StartAsync(options => options.Claims.RoleClaimType = " "));

        Assert.Contains("RoleClaimType", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ssl-required is 'none'")]
    [InlineData("verify-token-audience is false")]
    [InlineData("the audience 'account'")]
    public async Task Doubtful_settings_are_logged_at_startup(string warning)
    {
        await using var app = await ProtectedApp.StartAsync(options =>
        {
            options.SslRequired = warning.StartsWith("ssl", StringComparison.Ordinal) ? SslRequired.None : SslRequired.External;
            options.VerifyTokenAudience = !warning.StartsWith("verify", StringComparison.Ordinal);
            options.Audience = warning.EndsWith("'account'", StringComparison.Ordinal) ? "account" : null;
        });

        Assert.Contains(warning, app.Realm.Log.Text("DoubtfulSetting"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Valid_settings_cause_no_warning()
    {
        await using var app = await ProtectedApp.StartAsync();

        Assert.Equal(0, app.Realm.Log.Count("DoubtfulSetting"));
    }

    private static void Settings(KeycloakBearerOptions options) =>
        (options.Authority, options.Resource) = (DemoRealm.Issuer, DemoRealm.Audience);

    private static async Task<string> Default(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        add(services.AddLogging());
        await using var provider = services.BuildServiceProvider();
        return (await provider.GetRequiredService<IAuthenticationSchemeProvider>().GetDefaultAuthenticateSchemeAsync())?.Name
            ?? provider.GetRequiredService<IOptions<AuthenticationOptions>>().Value.DefaultScheme!;
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>("Realm:" + setting.Key, setting.Value)))
            .Build()
            .GetSection("Realm");
}
