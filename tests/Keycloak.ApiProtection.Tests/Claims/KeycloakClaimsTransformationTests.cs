using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests.Claims;

public sealed class KeycloakClaimsTransformationTests
{
    [Fact]
    public async Task A_JwtBearer_user_gets_roles_scopes_and_a_name()
    {
        var user = await Transform(Users.JwtBearer(CapturedTokens.Alice26));
        Assert.True(user.IsInRole("admin") && user.IsInRole("writer"));
        Assert.False(user.IsInRole("dispatcher"));
        Assert.Equal("alice", user.Identity!.Name);
        Assert.Equal(
            ["openid", "email", "orders:read", "organization", "groups", "profile"], user.FindAll("scope").Select(claim => claim.Value));
        Assert.Equal(Users.Issuer, user.FindFirst(ClaimTypes.Role)!.Issuer);
        Assert.NotNull(user.FindFirst("realm_access"));
    }

    [Fact]
    public async Task Running_the_transformation_twice_has_no_further_effect()
    {
        var once = await Transform(Users.JwtBearer(CapturedTokens.Alice26));
        var claims = once.Claims.Select(claim => claim.ToString()).ToArray();
        var twice = await Transform(once);
        Assert.Same(once, twice);
        Assert.Equal(claims, twice.Claims.Select(claim => claim.ToString()));
    }

    [Fact]
    public async Task The_original_principal_is_not_changed()
    {
        var original = Users.JwtBearer(CapturedTokens.Alice26);
        var before = original.Claims.Count();
        await Transform(original);
        Assert.Equal(before, original.Claims.Count());
        Assert.Single(original.FindAll("scope"));
        Assert.Empty(original.FindFirst("resource_access")!.Properties);
    }

    [Fact]
    public async Task The_identity_keeps_its_claim_types_token_label_and_actor()
    {
        var source = Users.JwtBearerIdentity(CapturedTokens.Alice26);
        var identity = new ClaimsIdentity(source.Claims, "Bearer", "email", "role")
        {
            BootstrapContext = "jwt",
            Label = "label",
            Actor = new ClaimsIdentity("actor")
        };
        var transformed = (ClaimsIdentity)(await Transform(new ClaimsPrincipal(identity))).Identity!;
        Assert.NotSame(identity, transformed);
        Assert.Equal(
            ("Bearer", "email", "role", "jwt", "label"),
            (
                transformed.AuthenticationType,
                transformed.NameClaimType,
                transformed.RoleClaimType,
                transformed.BootstrapContext,
                transformed.Label));
        Assert.Equal("actor", transformed.Actor!.AuthenticationType);
        Assert.Equal("alice@example.com", transformed.Name);
        Assert.True(transformed.HasClaim("role", "writer"));
    }

    [Fact]
    public async Task A_principal_type_of_the_application_is_kept()
    {
        var own = new OwnPrincipal(Users.JwtBearerIdentity(CapturedTokens.Alice26));
        var transformed = await Transform(await Transform(own));
        Assert.Same(own, transformed);
        Assert.Equal(7, transformed.FindAll(ClaimTypes.Role).Count());
        Assert.True(transformed.HasClientRole("writer"));
    }

    [Fact]
    public async Task Users_of_our_own_handler_are_not_changed()
    {
        var user = Users.Of(CapturedTokens.Alice26);
        Assert.Same(user, await Transform(user));
    }

    [Theory]
    [InlineData("""{"realm_access":{"roles":["admin"]}}""", "LOCAL AUTHORITY")]
    [InlineData("""{"realm_access":{"roles":["admin"]},"iss":"https://other.example/tenant"}""", "https://other.example")]
    [InlineData("""{"realm_access":{"roles":["admin"]},"iss":"https://other.example/realms/"}""", "https://other.example")]
    [InlineData("""{"realm_access":{"roles":["admin"]},"iss":"/realms/demo"}""", "x")]
    [InlineData("""{"realm_access":{"roles":["admin"]},"iss":"http://127.0.0.1:18080/realms/demo","typ":"ID"}""", "x")]
    [InlineData("""{"scope":"a b","name":"cookie"}""", "http://127.0.0.1:18080/realms/demo")]
    public async Task Identities_that_do_not_come_from_an_access_token_of_a_realm_are_not_changed(string payload, string issuer)
    {
        var identity = new ClaimsIdentity(
            Users.JwtBearerIdentity(payload).Claims.Select(claim => new Claim(claim.Type, claim.Value, claim.ValueType, issuer)),
            "Cookies");
        var user = new ClaimsPrincipal(identity);
        Assert.Same(user, await Transform(user));
        Assert.False(user.IsInRole("admin"));
    }

    [Theory]
    [InlineData("https://other.example/realms/demo", false)]
    [InlineData(Users.Issuer + "x", false)]
    [InlineData(Users.Issuer, true)]
    public async Task Only_identities_of_the_configured_issuers_get_permissions(string issuer, bool counts)
    {
        var payload = CapturedTokens.Alice26.Replace(Users.Issuer, issuer, StringComparison.Ordinal);
        var original = Users.JwtBearer(payload);
        var own = new OwnPrincipal(Users.JwtBearerIdentity(payload));
        foreach (var user in new[] { await Transform(original, [Users.Issuer]), await Transform(own, [Users.Issuer]) })
        {
            Assert.Equal(
                (counts, counts, counts, counts),
                (user.IsInRole("admin"), user.HasRealmRole("admin"), user.HasClientRole("orders-api", "writer"), user.HasScope("email")));
            Assert.Same(user, await Transform(user, [Users.Issuer]));
        }

        // The original principal is not changed. Without the option, the form of the issuer is sufficient.
        Assert.True(original.HasRealmRole("admin"));
        Assert.True((await Transform(original)).HasRealmRole("admin"));
    }

    [Fact]
    public async Task An_unauthenticated_identity_gets_no_roles()
    {
        var user = new ClaimsPrincipal(Users.JwtBearerIdentity(CapturedTokens.Alice26, authenticationType: null));
        Assert.Same(user, await Transform(user));
    }

    [Fact]
    public async Task Only_the_identity_of_the_realm_is_transformed()
    {
        var cookie = new ClaimsIdentity([new Claim(ClaimTypes.Name, "c")], "Cookies");
        var user = await Transform(new ClaimsPrincipal([cookie, Users.JwtBearerIdentity(CapturedTokens.Alice26)]));
        Assert.Same(cookie, user.Identities.First());
        Assert.True(user.Identities.Last().HasClaim(ClaimTypes.Role, "admin"));
    }

    [Fact]
    public async Task Malformed_JSON_gives_no_role_and_does_not_throw()
    {
        var identity = Users.JwtBearerIdentity($$"""{"iss":"{{Users.Issuer}}","azp":"cli","scope":"a b"}""");
        identity.AddClaim(new Claim("realm_access", "{\"roles\":[\"admin\""));
        identity.AddClaim(new Claim("resource_access", "}"));
        var user = await Transform(new ClaimsPrincipal(identity));
        Assert.Equal(2, user.FindAll("scope").Count());
        Assert.Empty(user.FindAll(ClaimTypes.Role));
    }

    [Fact]
    public async Task A_transformation_registered_before_ours_runs_after_it_and_keeps_its_lifetime()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddScoped<IClaimsTransformation, Department>();
        services.AddKeycloakClaims(options => options.ClientId = "orders-api");
        services.AddKeycloakClaims();
        services.AddAuthentication();
        await using var provider = services.BuildServiceProvider(
            new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
        await using var scope = provider.CreateAsyncScope();

        var transformation = scope.ServiceProvider.GetRequiredService<IClaimsTransformation>();
        var user = await transformation.TransformAsync(Users.JwtBearer(CapturedTokens.Alice26));

        Assert.IsType<KeycloakClaimsTransformation>(transformation);
        Assert.Equal("admin:True", user.FindFirst("department")!.Value);
        Assert.Single(user.FindAll("department"));
        Assert.Single(scope.ServiceProvider.GetServices<IClaimsTransformation>());
    }

    [Fact]
    public async Task A_transformation_registered_as_an_instance_or_a_factory_also_runs()
    {
        foreach (var register in new Action<IServiceCollection>[]
        {
            services => services.AddSingleton<IClaimsTransformation>(new Department()),
            services => services.AddTransient<IClaimsTransformation>(_ => new Department()),
        })
        {
            var services = new ServiceCollection();
            register(services);
            services.AddKeycloakClaims();
            await using var provider = services.BuildServiceProvider();
            var user = await provider.GetRequiredService<IClaimsTransformation>().TransformAsync(Users.JwtBearer(CapturedTokens.Alice26));
            Assert.NotNull(user.FindFirst("department"));
        }
    }

    [Fact]
    public void Invalid_options_are_rejected_with_the_reasons()
    {
        var services = new ServiceCollection().AddKeycloakClaims(options =>
        {
            options.NameClaimType = " ";
            options.RoleClaimType = "scope";
            options.ClientId = string.Empty;
            options.RoleClaims.Add(string.Empty);
            options.RoleClients[" "] = "x";
            options.ValidIssuers.Add("https://login.example.com");
        });
        using var provider = services.BuildServiceProvider();
        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<KeycloakClaimsOptions>>().Value);
        Assert.Equal(6, failure.Failures.Count());
        Assert.Contains(
            failure.Failures, text => text.Contains("RoleClaimType is \"scope\", a claim with another meaning", StringComparison.Ordinal));
    }

    private static async Task<ClaimsPrincipal> Transform(ClaimsPrincipal principal, string[]? issuers = null)
    {
        var services = new ServiceCollection().AddKeycloakClaims(options =>
        {
            options.ClientId = "orders-api";
            Array.ForEach(issuers ?? [], options.ValidIssuers.Add);
        });
        await using var provider = services.BuildServiceProvider();
        return await provider.GetRequiredService<IClaimsTransformation>().TransformAsync(principal);
    }

    private sealed class OwnPrincipal(ClaimsIdentity identity) : ClaimsPrincipal(identity);

    private sealed class Department : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
        {
            ((ClaimsIdentity)principal.Identity!).AddClaim(new Claim("department", $"admin:{principal.IsInRole("admin")}"));
            return Task.FromResult(principal);
        }
    }
}
