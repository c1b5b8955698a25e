using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Text;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests.TokenCheck;

/// <summary>No request is accepted without an access token of Keycloak, however the application is configured.</summary>
public sealed class TokenCheckAuthorizationTests
{
    private static readonly string[] Schemes = ["Keycloak", "Partners"];

    [Fact]
    public async Task The_default_scheme_can_be_another_one()
    {
        await using var app = await ProtectedApp.StartAsync(OtherScheme, app => app.MapTokenCheck());

        await app.CheckAsync(app.Alice).IdentityAsync();
        Assert.StartsWith("401 Bearer", await app.GetAsync(GatewayCaller.Check).ChallengeAsync(), StringComparison.Ordinal);
        Assert.StartsWith("401 Bearer", await app.GetAsync(GatewayCaller.Check, "Badge root").ChallengeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_of_another_scheme_is_rejected_even_if_a_policy_names_that_scheme()
    {
        await using var app = await ProtectedApp.StartAsync(OtherScheme, app => app.MapTokenCheck()
            .RequireAuthorization(policy => policy.AddAuthenticationSchemes(BadgeHandler.Name).RequireAuthenticatedUser()));

        await app.CheckAsync(app.Alice).IdentityAsync();
        Assert.StartsWith("403", await app.GetAsync(GatewayCaller.Check, "Badge root").ChallengeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_policy_applies_as_on_any_protected_endpoint()
    {
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer();
                services.AddAuthorizationBuilder().SetDefaultPolicy(new AuthorizationPolicyBuilder().RequireScope("orders:read").Build());
            },
            app => app.MapTokenCheck());

        await app.CheckAsync(app.Alice).IdentityAsync();
        Assert.StartsWith("403", await app.CheckAsync(app.Alice.WithText("scope", "email")).ChallengeAsync(), StringComparison.Ordinal);
        Assert.StartsWith("401", await app.GetAsync(GatewayCaller.Check).ChallengeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllowAnonymous_makes_startup_fail()
    {
        var direct = await Assert.ThrowsAsync<InvalidOperationException>(
            () => GatewayCaller.StartAsync(app => app.MapTokenCheck().AllowAnonymous()));
        var group = await Assert.ThrowsAsync<InvalidOperationException>(
            () => GatewayCaller.StartAsync(app => app.MapGroup("/check").AllowAnonymous().MapTokenCheck("/orders").RequireScope("email")));

        Assert.Contains("Remove it from MapTokenCheck()", direct.Message, StringComparison.Ordinal);
        Assert.Contains("/orders", group.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllowAnonymous_that_is_added_after_the_startup_check_makes_every_request_fail()
    {
        await using var app = await GatewayCaller.StartAsync(app =>
            ((IEndpointConventionBuilder)app.MapTokenCheck()).Finally(endpoint => endpoint.Metadata.Add(new AllowAnonymousAttribute())));

        await AssertBrokenAsync(app.GetAsync(GatewayCaller.Check));
        await AssertBrokenAsync(app.CheckAsync(app.Alice));
    }

    [Fact]
    public async Task Without_UseAuthorization_every_request_fails()
    {
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer();
                services.Configure<RouteOptions>(options => options.SuppressCheckForUnhandledSecurityMetadata = true);
            },
            app =>
            {
                // The web application adds UseAuthorization automatically unless this property says that it was already added.
                ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
                app.MapTokenCheck();
            });

        await AssertBrokenAsync(app.CheckAsync(app.Alice));
    }

    [Fact]
    public async Task An_authorization_handler_that_grants_everything_does_not_accept_anonymous_requests()
    {
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer();
                services.AddSingleton<IAuthorizationHandler, GrantEverything>();
            },
            app => app.MapTokenCheck().RequireScope("nobody-has-this"));

        await app.CheckAsync(app.Alice).IdentityAsync();
        await AssertBrokenAsync(app.GetAsync(GatewayCaller.Check));
    }

    [Fact]
    public void Mapping_without_a_scheme_fails_and_the_message_says_what_is_missing()
    {
        var builder = WebApplication.CreateSlimBuilder();
        using var app = (IDisposable)builder.Build();

        var failure = Assert.Throws<InvalidOperationException>(() => ((IEndpointRouteBuilder)app).MapTokenCheck());

        Assert.Contains("AddKeycloakBearer()", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_each_scheme_is_accepted_and_its_issuer_is_returned()
    {
        await using var app = await TwoSchemesAsync(app => app.MapTokenCheck());

        Assert.Equal("https://kc.example/realms/demo", (await app.CheckAsync(app.Alice).IdentityAsync())["X-Token-Issuer"]);
        Assert.Equal("https://kc.example/realms/partners", (await app.CheckAsync(Partner(app)).IdentityAsync())["X-Token-Issuer"]);
        Assert.StartsWith(
            "401",
            await app.CheckAsync(app.Alice.WithText("iss", "https://kc.example/realms/other")).ChallengeAsync(),
            StringComparison.Ordinal);
        Assert.StartsWith("401", await app.GetAsync(GatewayCaller.Check).ChallengeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_the_endpoint_names_a_scheme_tokens_of_other_schemes_are_rejected()
    {
        await using var app = await TwoSchemesAsync(app =>
        {
            app.MapTokenCheck("/attribute").RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "Partners" });
            app.MapTokenCheck("/policy")
                .RequireAuthorization(policy => policy.AddAuthenticationSchemes("Partners").RequireAuthenticatedUser());
            app.MapTokenCheck("/name").RequireAuthorization("partners");
        });

        foreach (var path in new[] { "/attribute", "/policy", "/name" })
        {
            await app.CheckAsync(Partner(app), path).IdentityAsync();
            Assert.StartsWith("401", await app.CheckAsync(app.Alice, path).ChallengeAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Keycloak")]
    [InlineData("Partners")]
    public async Task A_503_of_one_scheme_takes_precedence_over_a_rejection_by_another(string first)
    {
        var realm = await DemoRealm.StartDownAsync();
        await using var app = await TwoSchemesAsync(app => app.MapTokenCheck(), realm, first);

        foreach (var token in new[] { app.Alice, Partner(app) })
        {
            using var answer = await app.CheckAsync(token);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            GatewayCaller.AssertNoIdentity(answer);
        }

        Assert.StartsWith(
            "401",
            await app.CheckAsync(app.Alice.WithText("iss", "https://kc.example/realms/other")).ChallengeAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_roles_of_one_token_are_not_combined_with_the_subject_of_another()
    {
        // The second scheme reads its token from another header.
        await using var app = await TwoSchemesAsync(app => app.MapTokenCheck(), partners: options => options.Events = new()
        {
            OnMessageReceived = received =>
            {
                received.Token = received.Request.Headers["Second-Token"];
                return Task.CompletedTask;
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, GatewayCaller.Check);
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"Bearer {app.Alice.WithText("sub", "one").With("realm_access", "{\"roles\":[\"one\"]}").Text}");
        request.Headers.TryAddWithoutValidation(
            "Second-Token", Partner(app).WithText("sub", "two").With("realm_access", "{\"roles\":[\"two\"]}").Text);

        var identity = await app.Client.SendAsync(request, TestContext.Current.CancellationToken).IdentityAsync();

        Assert.Equal(identity["X-Token-Subject"], identity["X-Token-Realm-Roles"]);
    }

    [Fact]
    public async Task The_identity_headers_contain_the_transformed_identity()
    {
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer();
                services.AddSingleton<IClaimsTransformation, Exchange>();
            },
            app => app.MapTokenCheck());

        var identity = await app.CheckAsync(app.Alice).IdentityAsync();

        Assert.Equal(
            ("employee-1", "alice", "alice@example.com", "reader"),
            (identity["X-Token-Subject"], identity["X-Token-Username"], identity["X-Token-Email"], identity["X-Token-Realm-Roles"]));
        Assert.StartsWith("401", await app.GetAsync(GatewayCaller.Check).ChallengeAsync(), StringComparison.Ordinal);
    }

    /// <summary>Uses a raw connection because the client of a test server removes dot segments before it sends the request.</summary>
    [Fact]
    public async Task A_path_that_leaves_its_check_through_dot_segments_is_rejected()
    {
        await using var realm = await DemoRealm.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(new RecordingLoggerProvider(realm.Log));
        builder.Services.AddSingleton<TimeProvider>(realm.Time);
        builder.Services.AddKeycloakBearer(options => (options.Authority, options.Resource) = (DemoRealm.Issuer, DemoRealm.Audience));
        builder.Services.AddSingleton<IHttpClientFactory>(realm);
        await using var app = builder.Build();
        app.MapTokenCheck("/check/admin/{**path}").RequireRealmRole("nobody-has-this");
        app.MapTokenCheck("/check/open/{**path}");
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        var token = realm.Alice;

        Assert.StartsWith("HTTP/1.1 200 OK", await RawAsync(address, "/check/open/admin/1", token), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403", await RawAsync(address, "/check/admin/admin/1", token), StringComparison.Ordinal);
        foreach (var target in new[] { "/check/admin/admin/../../open/1", "/check/admin/%2e%2e/open/1", "http://x/check/admin/../open/1" })
        {
            var answer = await RawAsync(address, target, token);
            Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("X-Token-", answer, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains("normalize_path", realm.Log.Text("TokenCheckTargetRejected"), StringComparison.Ordinal);
        var empty = await RawAsync(address, "/check/open/1", token.Without("sub"));
        Assert.Contains("\r\nX-Token-Subject: \r\n", empty, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\r\nContent-Length: 0\r\n", empty, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task AssertBrokenAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains(
            "UseAuthorization()", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        GatewayCaller.AssertNoIdentity(answer);
    }

    private static async Task<string> RawAsync(Uri address, string target, SignedToken token)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token.Text}\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static SignedToken Partner(ProtectedApp app) => app.Alice.WithText("iss", "https://kc.example/realms/partners");

    private static async Task<ProtectedApp> TwoSchemesAsync(
        Action<WebApplication> map, DemoRealm? realm = null, string first = "Keycloak", Action<KeycloakBearerOptions>? partners = null) =>
        await ProtectedApp.StartAsync(
            services =>
            {
                foreach (var scheme in Schemes.OrderBy(name => name != first))
                {
                    services.AddKeycloakBearer(scheme, options =>
                    {
                        if (scheme == "Partners")
                        {
                            // Both realms have the same keys, so that only the issuer shows which realm issued a token.
                            (options.Authority, options.Resource, options.MetadataAddress) =
                                ("https://kc.example/realms/partners", DemoRealm.Audience, null);
                            partners?.Invoke(options);
                        }
                    });
                }

                services.AddAuthorizationBuilder()
                    .AddPolicy("partners", policy => policy.AddAuthenticationSchemes("Partners").RequireAuthenticatedUser());
            },
            map,
            realm ?? await PartnersToo());

    /// <summary>A realm whose server has a second realm with the same keys.</summary>
    private static async Task<DemoRealm> PartnersToo()
    {
        var realm = await DemoRealm.StartAsync();
        await realm.AddAsync("https://kc.example/realms/partners");

        return realm;
    }

    private static void OtherScheme(IServiceCollection services)
    {
        services.AddAuthentication(BadgeHandler.Name)
            .AddScheme<AuthenticationSchemeOptions, BadgeHandler>(BadgeHandler.Name, null)
            .AddKeycloakBearer();
    }

    private sealed class GrantEverything : IAuthorizationHandler
    {
        public Task HandleAsync(AuthorizationHandlerContext context)
        {
            foreach (var requirement in context.PendingRequirements.ToArray())
            {
                context.Succeed(requirement);
            }

            return Task.CompletedTask;
        }
    }

    private sealed class Exchange : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal) => Task.FromResult(
            principal.Identity!.IsAuthenticated
                ? new ClaimsPrincipal(new ClaimsIdentity(
                    [
                        new("iss", principal.FindFirstValue("iss")!),
                        new("sub", "employee-1"),
                        new("preferred_username", principal.FindFirstValue("preferred_username")!),
                        new("email", principal.FindFirstValue("email")!),
                        new("email_verified", "true"),
                        new("realm_access", "{\"roles\":[\"reader\"]}"),
                    ],
                    principal.Identity.AuthenticationType))
                : principal);
    }
}
