using System.Net;
using Keycloak.ApiProtection.Tests.Http;
using Keycloak.ApiProtection.Tests.Introspection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.TokenCheck;

/// <summary>The responses to a gateway are the usual ones, except that a successful response contains the identity.</summary>
public sealed class TokenCheckTests
{
    [Fact]
    public async Task A_valid_token_is_accepted_and_no_token_or_an_invalid_one_is_rejected()
    {
        await using var app = await GatewayCaller.StartAsync();

        Assert.Equal("alice", (await app.CheckAsync(app.Alice).IdentityAsync())["X-Token-Username"]);
        Assert.Equal($"401 {Challenges.WithoutToken}", await app.GetAsync(GatewayCaller.Check).ChallengeAsync());
        Assert.StartsWith(
            "401 Bearer realm=\"demo\", error=\"invalid_token\"",
            await app.CheckAsync(app.Alice.WithDate("exp", app.Realm.Now.AddMinutes(-1))).ChallengeAsync(),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "401 Bearer realm=\"demo\", error=\"invalid_token\"",
            await app.CheckAsync(app.Alice.WithText("aud", "other")).ChallengeAsync(),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "400 Bearer realm=\"demo\", error=\"invalid_request\"",
            await app.GetAsync(GatewayCaller.Check, $"Bearer {app.Alice.Text}", $"Bearer {app.Alice.Text}").ChallengeAsync(),
            StringComparison.Ordinal);
        Assert.Equal($"401 {Challenges.WithoutToken}", await app.GetAsync(GatewayCaller.Check, "Basic YTpi").ChallengeAsync());
    }

    [Fact]
    public async Task Other_requirements_of_the_endpoint_apply_as_on_any_endpoint()
    {
        await using var app = await GatewayCaller.StartAsync(app =>
        {
            // Each route of the gateway has its own check.
            app.MapTokenCheck("/check/orders").RequireScope("orders:read");
            app.MapTokenCheck("/check/orders/write").RequireScope("orders:write").RequireClientRole("writer");

            app.MapTokenCheck("/check/admin").RequireAuthorization("realm-role:admin");
        });
        var bob = app.Alice.With("realm_access", "{\"roles\":[\"customer\"]}");

        await app.CheckAsync(app.Alice, "/check/orders").IdentityAsync();
        Assert.Equal(
            "403 Bearer realm=\"demo\", error=\"insufficient_scope\", "
            + "error_description=\"The endpoint needs scope 'orders:read'.\", scope=\"orders:read\"",
            await app.CheckAsync(app.Alice.WithText("scope", "email"), "/check/orders").ChallengeAsync());
        await app.CheckAsync(app.Alice.WithText("scope", "orders:write"), "/check/orders/write").IdentityAsync();
        Assert.StartsWith("403", await app.CheckAsync(app.Alice, "/check/orders/write").ChallengeAsync(), StringComparison.Ordinal);
        await app.CheckAsync(app.Alice, "/check/admin").IdentityAsync();
        Assert.StartsWith("403", await app.CheckAsync(bob, "/check/admin").ChallengeAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    [InlineData("PROPFIND")]
    public async Task Every_method_is_supported_because_some_gateways_use_the_method_of_the_client(string method)
    {
        await using var app = await GatewayCaller.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), GatewayCaller.Check);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {app.Alice.Text}");
        using var nobody = new HttpRequestMessage(new HttpMethod(method), GatewayCaller.Check);

        await app.Client.SendAsync(request, TestContext.Current.CancellationToken).IdentityAsync();
        Assert.StartsWith(
            "401", await app.Client.SendAsync(nobody, TestContext.Current.CancellationToken).ChallengeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_request_body_is_never_read()
    {
        await using var app = await GatewayCaller.StartAsync();
        var answer = await app.Server.SendAsync(context =>
        {
            context.Request.Method = "POST";
            context.Request.Path = GatewayCaller.Check;
            context.Request.Headers.Authorization = $"Bearer {app.Alice.Text}";
            context.Request.ContentLength = 1_000_000_000;
            context.Request.Body = new ForbiddenStream();
        }, TestContext.Current.CancellationToken);

        Assert.Equal(200, answer.Response.StatusCode);
    }

    [Fact]
    public async Task A_path_that_the_gateway_appends_has_no_effect()
    {
        await using var app = await GatewayCaller.StartAsync(
            app => app.MapTokenCheck("/check/orders/{**path}").RequireScope("orders:read"));

        foreach (var path in new[] { "", "/", "/1", "/1/lines?of=2&access_token=x", "/a%2Fb/%E3%81%82", "//2", "/.../..a/a..?next=../.." })
        {
            await app.CheckAsync(app.Alice, "/check/orders" + path).IdentityAsync();
            Assert.StartsWith(
                "403",
                await app.CheckAsync(app.Alice.WithText("scope", "email"), "/check/orders" + path).ChallengeAsync(),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Identity_and_path_headers_of_the_client_have_no_effect()
    {
        await using var app = await GatewayCaller.StartAsync(app =>
        {
            app.MapTokenCheck("/check/open");
            app.MapTokenCheck("/check/admin").RequireRealmRole("nobody-has-this");
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/check/admin");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {app.Alice.Text}");
        foreach (var name in new[] { "X-Original-URI", "X-Original-URL", "X-Forwarded-Uri", "X-Rewrite-URL", "X-Envoy-Original-Path" })
        {
            request.Headers.TryAddWithoutValidation(name, "/check/open");
        }

        request.Headers.TryAddWithoutValidation("X-HTTP-Method-Override", "OPTIONS");
        request.Headers.TryAddWithoutValidation("X-Token-Realm-Roles", "nobody-has-this");

        Assert.StartsWith(
            "403", await app.Client.SendAsync(request, TestContext.Current.CancellationToken).ChallengeAsync(), StringComparison.Ordinal);
        Assert.Equal(
            "admin customer default-roles-demo offline_access uma_authorization",
            (await app.CheckAsync(app.Alice, "/check/open").IdentityAsync())["X-Token-Realm-Roles"]);
    }

    [Theory]
    [InlineData("X-Original-URI")]
    [InlineData("X-Forwarded-Uri")]
    public async Task An_ambiguous_original_target_is_rejected_and_matrix_parameters_are_accepted(string header)
    {
        await using var app = await GatewayCaller.StartAsync();

        foreach (var target in new[]
        {
            "/orders/..;/admin", "/orders/..%5cadmin", "/orders/..\\admin", "/orders/%2e%2E/admin", "/orders/..%2fadmin",
            "/orders;v=1/../admin",
        })
        {
            using var rejected = await CheckAsync(app, header, "/orders/1", target);
            Assert.Equal(HttpStatusCode.BadRequest, rejected.StatusCode);
            GatewayCaller.AssertNoIdentity(rejected);
        }

        await CheckAsync(app, header, "/orders;v=1/1", "/orders/1;a=b?next=/../admin").IdentityAsync();
        Assert.Contains(
            "dot segments",
            Assert.Single(app.Realm.Log.Entries, entry => entry.Event == "TokenCheckTargetRejected").Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_token_is_rejected_immediately_and_a_newer_one_is_accepted()
    {
        await using var app = await GatewayCaller.StartAsync();
        var token = app.Alice;
        await app.CheckAsync(token).IdentityAsync();

        app.Services.GetRequiredService<IKeycloakRevocations>().RevokeSession(DemoRealm.Session, app.Realm.Now);

        Assert.StartsWith(
            "401 Bearer realm=\"demo\", error=\"invalid_token\"", await app.CheckAsync(token).ChallengeAsync(), StringComparison.Ordinal);
        await app.CheckAsync(token.WithDate("iat", app.Realm.Now.AddSeconds(1))).IdentityAsync();
    }

    [Fact]
    public async Task The_token_is_introspected_if_the_endpoint_requires_it_and_an_outage_of_Keycloak_gives_503()
    {
        await using var api = await IntrospectingApi.StartAsync(
            _ => { }, app => app.MapTokenCheck("/check").RequireActiveToken(TimeSpan.Zero), _ => { });
        var token = api.Token();

        await api.SendAsync(token, "/check").IdentityAsync();
        api.Realm.Sessions.LogOut("alice");
        Assert.Equal("401 inactive", await api.VerdictAsync(token, "/check"));
        api.Realm.Faults.GoDown();
        using var answer = await api.SendAsync(api.Token(), "/check");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        GatewayCaller.AssertNoIdentity(answer);
    }

    [Fact]
    public async Task Without_the_keys_of_the_realm_the_response_is_503()
    {
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(), app => app.MapTokenCheck(), await DemoRealm.StartDownAsync());
        using var answer = await app.CheckAsync(app.Alice);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        GatewayCaller.AssertNoIdentity(answer);
        Assert.StartsWith("401", await app.GetAsync(GatewayCaller.Check).ChallengeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_endpoint_is_excluded_from_OpenAPI_documents()
    {
        await using var app = await GatewayCaller.StartAsync();

        var endpoint = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Single(endpoint => endpoint.RoutePattern.RawText == GatewayCaller.Check);

        Assert.True(endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()!.ExcludeFromDescription);
    }

    private static async Task<HttpResponseMessage> CheckAsync(ProtectedApp app, string header, params string[] targets)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, GatewayCaller.Check);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {app.Alice.Text}");
        request.Headers.TryAddWithoutValidation(header, targets);
        return await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private sealed class ForbiddenStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("The body was read.");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
