using System.Security.Claims;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Tests.Claims;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Authorization;

/// <summary>Which logins meet a requirement. Alice's token has the level "silver".</summary>
public sealed class AuthenticationRequirementTests
{
    private static readonly string[] Levels = ["0", "1", "silver", "gold"];

    [Theory]
    [InlineData("gold", 200)]
    [InlineData("platinum", 200)]
    [InlineData("silver", 401)]
    [InlineData("Gold", 401)]
    [InlineData("gold ", 401)]
    [InlineData("", 401)]
    public async Task Without_an_order_only_the_required_levels_are_accepted(string level, int status)
    {
        await using var app = await StartAsync(map: app => app.MapGet("/either", () => "x").RequireAuthentication("gold platinum"));

        Assert.Equal(status, await StatusAsync(app, "/either", app.Alice.WithText("acr", level)));
    }

    [Theory]
    [InlineData("gold", 200)]
    [InlineData("silver", 200)]
    [InlineData("1", 401)]
    [InlineData("platinum", 401)]
    [InlineData("", 401)]
    public async Task With_an_order_a_higher_level_is_accepted_and_a_lower_or_unknown_one_is_not(string level, int status)
    {
        await using var app = await StartAsync(Levels, app => app.MapGet("/silver", () => "x").RequireAuthentication("silver"));

        Assert.Equal(status, await StatusAsync(app, "/silver", app.Alice.WithText("acr", level)));
    }

    [Theory]
    [InlineData("2", 200)]
    [InlineData("gold", 200)]
    [InlineData("1", 401)]
    [InlineData("gold 2", 401)]
    public async Task Names_and_numbers_of_one_level_share_an_entry_of_the_order(string level, int status)
    {
        await using var app = await StartAsync(["silver 1", "gold 2"], app => app.MapGet("/gold", () => "x").RequireAuthentication("gold"));

        Assert.Equal(status, await StatusAsync(app, "/gold", app.Alice.WithText("acr", level)));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("[\"gold\"]")]
    [InlineData("null")]
    [InlineData("true")]
    public async Task A_level_that_is_not_a_string_is_no_level(string json)
    {
        await using var app = await StartAsync(map: app => app.MapGet("/gold", () => "x").RequireAuthentication("gold 2"));

        Assert.Equal(403, await StatusAsync(app, "/gold", app.Alice.With("acr", json)));
        Assert.Equal(403, await StatusAsync(app, "/gold", app.Alice.Without("acr")));
        Assert.Equal(200, await StatusAsync(app, "/gold", app.Alice.WithText("acr", "2")));
    }

    [Theory]
    [InlineData(0, 299, 200)]
    [InlineData(0, 300, 200)]
    [InlineData(0, 301, 401)]
    [InlineData(30, 329, 200)]
    [InlineData(30, 330, 200)]
    [InlineData(30, 331, 401)]
    [InlineData(0, -1, 401)]
    [InlineData(30, -30, 200)]
    [InlineData(30, -31, 401)]
    public async Task The_clock_skew_is_added_to_the_maximum_age_and_allowed_for_a_login_in_the_future(int skew, int age, int status)
    {
        await using var app = await StartAsync(
            map: app => app.MapGet("/fresh", () => "x").RequireAuthentication(maxAge: TimeSpan.FromMinutes(5)),
            configure: options => options.ClockSkew = TimeSpan.FromSeconds(skew));

        Assert.Equal(status, await StatusAsync(app, "/fresh", app.Alice.WithDate("auth_time", app.Realm.Now.AddSeconds(-age))));
    }

    [Theory]
    [InlineData("\"{0}\"")]
    [InlineData("{0}.5")]
    [InlineData("-{0}")]
    [InlineData("0")]
    [InlineData("99999999999999999999")]
    [InlineData("[{0}]")]
    [InlineData("null")]
    public async Task A_login_time_that_is_not_a_whole_number_of_seconds_is_no_login_time(string json)
    {
        await using var app = await StartAsync(map: app => app.MapGet("/fresh", () => "x").RequireAuthentication(TimeSpan.FromMinutes(5)));
        var now = app.Realm.Now.ToUnixTimeSeconds();

        Assert.Equal(
            401, await StatusAsync(app, "/fresh", app.Alice.With("auth_time", json.Replace("{0}", $"{now}", StringComparison.Ordinal))));
        Assert.Equal(200, await StatusAsync(app, "/fresh", app.Alice.With("auth_time", $"{now}")));
    }

    [Fact]
    public async Task The_time_of_issue_does_not_count_because_a_refresh_renews_it_without_a_login()
    {
        await using var app = await StartAsync(map: app => app.MapGet("/fresh", () => "x").RequireAuthentication(TimeSpan.FromMinutes(5)));
        var refreshed = app.Alice.WithDate("iat", app.Realm.Now);

        Assert.Equal(401, await StatusAsync(app, "/fresh", refreshed));
        Assert.Equal(401, await StatusAsync(app, "/fresh", refreshed.WithDate("auth_time", app.Realm.Now.AddHours(-1))));
    }

    [Theory]
    [InlineData("gold", 10, 200)]
    [InlineData("gold", 1000, 401)]
    [InlineData("silver", 10, 401)]
    public async Task Level_and_age_are_both_required(string level, int age, int status)
    {
        await using var app = await StartAsync(
            map: app => app.MapGet("/both", () => "x").RequireAuthentication("gold", maxAge: TimeSpan.FromMinutes(5)));

        Assert.Equal(status, await StatusAsync(
            app, "/both", app.Alice.WithText("acr", level).WithDate("auth_time", app.Realm.Now.AddSeconds(-age))));
    }

    [Fact]
    public async Task A_token_from_the_cache_becomes_too_old()
    {
        await using var app = await StartAsync(map: app => app.MapGet("/fresh", () => "x").RequireAuthentication(TimeSpan.FromSeconds(10)));
        var token = app.Alice.WithDate("auth_time", app.Realm.Now);
        Assert.Equal(200, await StatusAsync(app, "/fresh", token));

        app.Realm.Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(200, await StatusAsync(app, "/fresh", token));
        app.Realm.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, await StatusAsync(app, "/fresh", token));
    }

    [Fact]
    public async Task Changes_of_the_claims_by_the_application_have_no_effect()
    {
        await using var app = await StartAsync(
            map: app => app.MapGet("/gold", () => "x").RequireAuthentication("gold", TimeSpan.FromMinutes(5)),
            configure: options => options.Events.OnTokenValidated = context =>
            {
                var identity = (ClaimsIdentity)context.Principal!.Identity!;
                identity.TryRemoveClaim(identity.FindFirst("acr"));
                identity.AddClaim(new Claim("acr", "gold"));
                var now = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
                identity.AddClaim(new Claim("auth_time", $"{now.ToUnixTimeSeconds()}"));
                return Task.CompletedTask;
            });

        Assert.Equal(401, await StatusAsync(app, "/gold", app.Alice));
    }

    [Fact]
    public async Task The_login_of_one_user_is_not_combined_with_the_rights_of_another()
    {
        var silver = Users.Token(CapturedTokens.Alice26);
        await using var api = await TestApi.StartAsync(_ => { });
        var authorization = api.Services.GetRequiredService<IAuthorizationService>();
        var stranger = new ClaimsIdentity(
            [new Claim("acr", "gold"), new Claim("iss", "https://other.example/realms/x"), new Claim("azp", "x"), new Claim("sub", "x")],
            "Other");
        var user = new ClaimsPrincipal([new Keycloak.ApiProtection.Claims.KeycloakIdentity(silver, "Keycloak"), stranger]);

        Assert.False((await authorization.AuthorizeAsync(user, null, "acr:gold")).Succeeded);
        Assert.True((await authorization.AuthorizeAsync(user, null, "acr:silver")).Succeeded);
        Assert.True((await authorization.AuthorizeAsync(new ClaimsPrincipal(stranger), null, "acr:gold")).Succeeded);
        var cookie = new ClaimsPrincipal(new ClaimsIdentity([new Claim("acr", "gold")], "Cookie"));
        Assert.False((await authorization.AuthorizeAsync(cookie, null, "acr:gold")).Succeeded);
    }

    [Fact]
    public async Task A_check_does_not_allocate()
    {
        await using var app = await StartAsync(Levels);
        var now = app.Realm.Now.ToUnixTimeSeconds();
        var payload = CapturedTokens.Alice26.Replace(
            "\"acr\":\"silver\"", $"\"auth_time\":{now},\"acr\":\"gold\"", StringComparison.Ordinal);
        var user = new ClaimsPrincipal(new Keycloak.ApiProtection.Claims.KeycloakIdentity(Users.Token(payload), "Keycloak"));
        var request = new DefaultHttpContext { RequestServices = app.Services };
        IKeycloakRequirement requirement = new AuthenticationRequirement("gold", TimeSpan.FromMinutes(5));
        Assert.True(requirement.IsMet(user, request));

        var least = long.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            requirement.IsMet(user, request);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Theory]
    [InlineData(PayloadAuthenticationHandler.OurShape)]
    [InlineData(PayloadAuthenticationHandler.JwtBearerShape)]
    public async Task The_policies_also_work_for_users_of_another_handler(string shape)
    {
        await using var api = await TestApi.StartAsync(
            app =>
            {
                app.MapGet("/silver", () => "x").RequireAuthentication("silver");
                app.MapGet("/gold", () => "x").RequireAuthentication("gold");
                app.MapGet("/fresh", () => "x").RequireAuthentication(TimeSpan.FromMinutes(5));
            },
            shape: shape);
        var fresh = CapturedTokens.Alice26.Replace(
            "\"acr\":", $"\"auth_time\":{DateTimeOffset.UtcNow.ToUnixTimeSeconds()},\"acr\":", StringComparison.Ordinal);

        Assert.Equal(
            (200, 403, 403),
            (
                await api.StatusAsync("/silver", CapturedTokens.Alice26),
                await api.StatusAsync("/gold", CapturedTokens.Alice26),
                await api.StatusAsync("/fresh", CapturedTokens.Alice26)));
        Assert.Equal(200, await api.StatusAsync("/fresh", fresh));
    }

    [Fact]
    public async Task With_AddKeycloakClaims_the_order_is_that_of_its_options()
    {
        await using var api = await TestApi.StartAsync(
            app => app.MapGet("/silver", () => "x").RequireAuthentication("silver"),
            services => services.Configure<KeycloakClaimsOptions>(options =>
            {
                options.AcrLevels.Add("silver");
                options.AcrLevels.Add("gold");
            }),
            PayloadAuthenticationHandler.JwtBearerShape);

        Assert.Equal(
            200, await api.StatusAsync("/silver", CapturedTokens.Alice26.Replace("\"silver\"", "\"gold\"", StringComparison.Ordinal)));
    }

    private static Task<ProtectedApp> StartAsync(
        string[]? levels = null, Action<WebApplication>? map = null, Action<KeycloakBearerOptions>? configure = null) =>
        ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(options =>
            {
                foreach (var level in levels ?? [])
                {
                    options.AcrLevels.Add(level);
                }

                configure?.Invoke(options);
            }),
            map ?? (_ => { }));

    private static async Task<int> StatusAsync(ProtectedApp app, string path, SignedToken token)
    {
        using var response = await app.GetAsync(path, token);
        return (int)response.StatusCode;
    }
}
