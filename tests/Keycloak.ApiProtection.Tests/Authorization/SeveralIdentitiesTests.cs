using Keycloak.ApiProtection.Tests.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Authorization;

/// <summary>
/// Endpoints that accept several schemes. Only a token of a realm grants permissions, and permissions of two users are never combined.
/// </summary>
public sealed class SeveralIdentitiesTests
{
    private const string Second = "Second";
    private const string SecondHeader = "X-Second";
    private const string OtherIssuer = "https://other.example/tenant";
    private const string OtherRealm = "https://other.example/realms/demo";

    public static TheoryData<string> Rights =>
    [
        "scope:orders:read", "realm-role:admin", "client-role:orders-api/writer", "client-role:writer", "group:/staff",
        "organization:acme",
    ];

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task A_token_of_another_issuer_grants_no_permission(string policy)
    {
        await using var api = await StartAsync(policy);

        Assert.Equal(403, await StatusAsync(api, null, Of(OtherIssuer)));
        Assert.Equal(200, await StatusAsync(api, null, CapturedTokens.Alice26));
        Assert.Equal(200, await StatusAsync(api, CapturedTokens.Alice26, null));
    }

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task A_token_of_another_issuer_adds_no_permissions_to_a_user_even_with_the_same_user_id(string policy)
    {
        await using var api = await StartAsync(policy);
        var mallory = CapturedTokens.Mallory26.Replace(
            "3dfaa559-1f23-4567-a029-59502ff46482", "c156d07e-4bed-4bb7-8371-8468b4de79ab", StringComparison.Ordinal);

        Assert.Equal(403, await StatusAsync(api, mallory, Of(OtherIssuer)));
        Assert.Equal(403, await StatusAsync(api, mallory, Of(OtherRealm)));
        Assert.Equal(200, await StatusAsync(api, mallory, CapturedTokens.Alice26));
        Assert.Equal(200, await StatusAsync(api, CapturedTokens.Alice26, Of(OtherIssuer)));
    }

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task A_token_of_a_foreign_realm_grants_no_permission_if_the_options_name_the_trusted_issuers(string policy)
    {
        await using var api = await StartAsync(policy, issuers: [Users.Issuer]);
        Assert.Equal(403, await StatusAsync(api, null, Of(OtherRealm)));
        Assert.Equal(200, await StatusAsync(api, null, CapturedTokens.Alice26));

        await using var any = await StartAsync(policy);
        Assert.Equal(200, await StatusAsync(any, null, Of(OtherRealm)));
    }

    [Theory]
    [InlineData("Keycloak,Second")]
    [InlineData("Second,Keycloak")]
    [InlineData("Keycloak,JwtBearer")]
    [InlineData("JwtBearer,Keycloak")]
    public async Task A_scope_of_one_user_and_a_role_of_another_do_not_satisfy_a_policy_together(string schemes)
    {
        const string Reader = """{"iss":"http://127.0.0.1:18080/realms/demo","azp":"cli","sub":"reader","scope":"orders:read"}""";
        const string Admin =
            """{"iss":"http://127.0.0.1:18080/realms/demo","azp":"cli","sub":"admin","realm_access":{"roles":["admin"]}}""";
        await using var api = await TestApi.StartAsync(
            app => app.MapGet("/", () => "ok").RequireAuthorization(
                new AuthorizationPolicyBuilder(schemes.Split(',')).RequireScope("orders:read").RequireRealmRole("admin").Build()),
            Configure);

        Assert.Equal(403, await StatusAsync(api, Reader, Admin));
        Assert.Equal(403, await StatusAsync(api, Admin, Reader));
        Assert.Equal(
            200, await StatusAsync(api, Reader, Admin.Replace("\"admin\",\"realm", "\"reader\",\"realm", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_log_says_when_the_identity_does_not_come_from_a_realm()
    {
        await using var api = await StartAsync("realm-role:admin");
        using var response = await SendAsync(api, null, Of(OtherIssuer));

        var diagnoses = Uri.UnescapeDataString(Assert.Single(response.Headers.GetValues("X-Diagnoses")));
        Assert.Contains(OtherIssuer, diagnoses, StringComparison.Ordinal);
        Assert.Contains("ValidIssuers", diagnoses, StringComparison.Ordinal);
    }

    private static string Of(string issuer) => CapturedTokens.Alice26.Replace(Users.Issuer, issuer, StringComparison.Ordinal);

    private static Task<TestApi> StartAsync(string policy, string[]? issuers = null) => TestApi.StartAsync(
        app => app.MapGet("/", () => "ok")
            .RequireAuthorization(new AuthorizeAttribute(policy) { AuthenticationSchemes = "Keycloak,JwtBearer" }),
        services =>
        {
            Configure(services);
            services.AddKeycloakClaims(options => Array.ForEach(issuers ?? [], options.ValidIssuers.Add));
        });

    private static void Configure(IServiceCollection services)
    {
        services.AddKeycloakClaims(options => options.ClientId = "orders-api");
        services.Configure<PayloadAuthenticationHandler.Settings>(
            PayloadAuthenticationHandler.JwtBearerShape, options => options.Header = SecondHeader);
        services.AddAuthentication()
            .AddScheme<PayloadAuthenticationHandler.Settings, PayloadAuthenticationHandler>(
                Second, options => options.Header = SecondHeader);
    }

    private static async Task<int> StatusAsync(TestApi api, string? first, string? second)
    {
        using var response = await SendAsync(api, first, second);
        return (int)response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(TestApi api, string? first, string? second)
    {
        var request = api.Server.CreateRequest("/");
        foreach (var (header, payload) in new[] { ("Authorization", first), (SecondHeader, second) })
        {
            if (payload is not null)
            {
                request.AddHeader(header, TestApi.Header(payload));
            }
        }

        return await request.GetAsync();
    }
}
