using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Text;
using Keycloak.ApiProtection.Tests.Realms;
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

/// <summary>Nobody passes without an access token of Keycloak, however the application is put together.</summary>
public sealed class TokenCheckAuthorizationTests
{
    private static readonly string[] Schemes = ["Keycloak", "Partners"];

    [Fact]
    public async Task The_default_scheme_need_not_be_Keycloaks()
    {
        await using var app = await ProtectedApp.StartAsync(OtherScheme, app => app.MapTokenCheck());

        await app.CheckAsync(app.Alice).IdentityAsync();
        Assert.StartsWith("401 Bearer", await app.GetAsync(GatewayCaller.Check).ChallengeAsync(), StringComparison.Ordinal);
        Assert.StartsWith("401 Bearer", await app.GetAsync(GatewayCaller.Check, "Badge root").ChallengeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_of_another_scheme_is_not_let_through_even_where_a_policy_names_that_scheme()
    {
        await using var app = await ProtectedApp.StartAsync(OtherScheme, app => app.MapTokenCheck()
            .RequireAuthorization(policy => policy.AddAuthenticationSchemes(BadgeHandler.Name).RequireAuthenticatedUser()));

        await app.CheckAsync(app.Alice).IdentityAsync();
        Assert.StartsWith("403", await app.GetAsync(GatewayCaller.Check, "Badge root").ChallengeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_policy_counts_as_it_does_for_any_protected_endpoint()
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
    public async Task AllowAnonymous_stops_the_start()
    {
        var direct = await Assert.ThrowsAsync<InvalidOperationException>(() => GatewayCaller.StartAsync(app => app.MapTokenCheck().AllowAnonymous()));
        var group = await Assert.ThrowsAsync<InvalidOperationException>(() => GatewayCaller.StartAsync(app => app.MapGroup("/check").AllowAnonymous().MapTokenCheck("/orders").RequireScope("email")));

        Assert.Contains("Remove it from MapTokenCheck()", direct.Message, StringComparison.Ordinal);
        Assert.Contains("/orders", group.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllowAnonymous_that_comes_too_late_to_stop_the_start_lets_nobody_through()
    {
        await using var app = await GatewayCaller.StartAsync(app =>
            ((IEndpointConventionBuilder)app.MapTokenCheck()).Finally(endpoint => endpoint.Metadata.Add(new AllowAnonymousAttribute())));

        await AssertBrokenAsync(app.GetAsync(GatewayCaller.Check));
        await AssertBrokenAsync(app.CheckAsync(app.Alice));
    }

    [Fact]
    public async Task Without_UseAuthorization_nobody_passes()
    {
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer();
                services.Configure<RouteOptions>(options => options.SuppressCheckForUnhandledSecurityMetadata = true);
            },
            app =>
            {
                // The web application adds UseAuthorization by itself unless it is told that it is there already.
                ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
                app.MapTokenCheck();
            });

        await AssertBrokenAsync(app.CheckAsync(app.Alice));
    }

    [Fact]
    public async Task A_handler_that_grants_everything_does_not_let_nobody_through()
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
    public async Task A_token_of_each_scheme_passes_and_tells_its_realm()
    {
        await using var app = await TwoSchemesAsync(app => app.MapTokenCheck());

        Assert.Equal("https://kc.example/realms/demo", (await app.CheckAsync(app.Alice).IdentityAsync())["X-Token-Issuer"]);
        Assert.Equal("https://kc.example/realms/partners", (await app.CheckAsync(Partner(app)).IdentityAsync())["X-Token-Issuer"]);
        Assert.StartsWith("401", await app.CheckAsync(app.Alice.WithText("iss", "https://kc.example/realms/other")).ChallengeAsync(), StringComparison.Ordinal);
        Assert.StartsWith("401", await app.GetAsync(GatewayCaller.Check).ChallengeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_endpoint_names_a_scheme_the_tokens_of_the_others_do_not_pass()
    {
        await using var app = await TwoSchemesAsync(app =>
        {
            app.MapTokenCheck("/attribute").RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "Partners" });
            app.MapTokenCheck("/policy").RequireAuthorization(policy => policy.AddAuthenticationSchemes("Partners").RequireAuthenticatedUser());
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
    public async Task Of_two_schemes_the_one_that_cannot_decide_yet_outweighs_the_one_that_refuses(string first)
    {
        var realm = new FakeRealm(OrdersApi.Key);
        realm.GoDown();
        await using var app = await TwoSchemesAsync(app => app.MapTokenCheck(), realm, first);

        foreach (var token in new[] { app.Alice, Partner(app) })
        {
            using var answer = await app.CheckAsync(token);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            GatewayCaller.AssertTellsNothing(answer);
        }

        Assert.StartsWith("401", await app.CheckAsync(app.Alice.WithText("iss", "https://kc.example/realms/other")).ChallengeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rights_of_one_token_do_not_stand_beside_the_name_of_another()
    {
        // The second scheme takes its token from elsewhere.
        await using var app = await TwoSchemesAsync(app => app.MapTokenCheck(), partners: options => options.Events = new()
        {
            OnMessageReceived = received =>
            {
                received.Token = received.Request.Headers["Second-Token"];
                return Task.CompletedTask;
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, GatewayCaller.Check);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {app.Alice.WithText("sub", "one").With("realm_access", "{\"roles\":[\"one\"]}").Text}");
        request.Headers.TryAddWithoutValidation("Second-Token", Partner(app).WithText("sub", "two").With("realm_access", "{\"roles\":[\"two\"]}").Text);

        var identity = await app.Client.SendAsync(request, TestContext.Current.CancellationToken).IdentityAsync();

        Assert.Equal(identity["X-Token-Subject"], identity["X-Token-Realm-Roles"]);
    }

    [Fact]
    public async Task What_the_application_has_made_of_the_users_identity_is_what_is_told()
    {
        await using var app = await ProtectedApp.StartAsync(
            services =>
            {
                services.AddKeycloakBearer();
                services.AddSingleton<IClaimsTransformation, Exchange>();
            },
            app => app.MapTokenCheck());

        var identity = await app.CheckAsync(app.Alice).IdentityAsync();

        Assert.Equal(("employee-1", "alice", "alice@example.com", "reader"), (identity["X-Token-Subject"], identity["X-Token-Username"], identity["X-Token-Email"], identity["X-Token-Realm-Roles"]));
        Assert.StartsWith("401", await app.GetAsync(GatewayCaller.Check).ChallengeAsync(), StringComparison.Ordinal);
    }

    /// <summary>The client of a test server would take the dots out of the path before sending it.</summary>
    [Fact]
    public async Task A_path_that_climbs_out_of_its_check_is_refused_by_the_one_it_lands_on()
    {
        using var realm = new FakeRealm(OrdersApi.Key);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(new RecordingLoggerProvider(realm.Log));
        builder.Services.AddSingleton<TimeProvider>(realm.Time);
        builder.Services.AddKeycloakBearer(options => (options.Authority, options.Resource) = (FakeRealm.Issuer, OrdersApi.Audience));
        builder.Services.AddSingleton<IHttpClientFactory>(realm);
        await using var app = builder.Build();
        app.MapTokenCheck("/check/admin/{**path}").RequireRealmRole("nobody-has-this");
        app.MapTokenCheck("/check/open/{**path}");
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        var token = TestToken.Of(KeycloakPayloads.Alice, FakeRealm.Issuer, realm.Now, OrdersApi.Key);

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
        Assert.Contains("UseAuthorization()", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        GatewayCaller.AssertTellsNothing(answer);
    }

    private static async Task<string> RawAsync(Uri address, string target, TestToken token)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token.Text}\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static TestToken Partner(ProtectedApp app) => app.Alice.WithText("iss", "https://kc.example/realms/partners");

    private static Task<ProtectedApp> TwoSchemesAsync(
        Action<WebApplication> map, FakeRealm? realm = null, string first = "Keycloak", Action<KeycloakBearerOptions>? partners = null) =>
        ProtectedApp.StartAsync(
            services =>
            {
                foreach (var scheme in Schemes.OrderBy(name => name != first))
                {
                    services.AddKeycloakBearer(scheme, options =>
                    {
                        if (scheme == "Partners")
                        {
                            // The same keys under another name: who issued a token is told by its issuer.
                            (options.Authority, options.Resource, options.MetadataAddress) = ("https://kc.example/realms/partners", OrdersApi.Audience, null);
                            partners?.Invoke(options);
                        }
                    });
                }

                services.AddAuthorizationBuilder().AddPolicy("partners", policy => policy.AddAuthenticationSchemes("Partners").RequireAuthenticatedUser());
            },
            map,
            realm ?? PartnersToo());

    /// <summary>A realm whose server has a second one with the same keys.</summary>
    private static FakeRealm PartnersToo()
    {
        var realm = new FakeRealm(OrdersApi.Key);
        realm.Instead = request => request.RequestUri!.AbsolutePath == "/realms/partners/.well-known/openid-configuration"
            ? new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent($$"""{"issuer":"https://kc.example/realms/partners","jwks_uri":"{{FakeRealm.KeysAddress}}"}""", Encoding.UTF8, "application/json"),
            }
            : null;
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
