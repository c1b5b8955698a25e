using System.Net;
using System.Security.Claims;
using Keycloak.ApiProtection.Events;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Events;

public sealed class KeycloakBearerEventsTests
{
    [Fact]
    public async Task A_token_may_be_brought_from_elsewhere()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.Events.OnMessageReceived = context =>
        {
            context.Token = context.Request.Headers["X-Token"];
            return Task.CompletedTask;
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Add("X-Token", app.Alice.Text);

        Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me")).StatusCode);
    }

    [Fact]
    public async Task A_good_token_may_still_be_refused_or_its_principal_replaced()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.Events.OnTokenValidated = context =>
        {
            if (context.Principal!.Identity!.Name == "alice")
            {
                context.Principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim("n", "somebody")], "test", "n", "r"));
            }
            else
            {
                context.Fail("not here");
            }

            Assert.Equal("RS256", context.AccessToken.Algorithm);
            Assert.Equal(OrdersApi.KeyId, context.AccessToken.KeyId);
            return Task.CompletedTask;
        });

        Assert.Equal("somebody", await (await app.GetAsync("/me", app.Alice)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var refused = await app.GetAsync("/me", app.Alice.WithText("preferred_username", "bob"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Bearer realm=\"demo\", error=\"invalid_token\"", refused.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A_refusal_is_told_in_full()
    {
        var told = new List<string>();
        await using var app = await ProtectedApp.StartAsync(options => options.Events.OnAuthenticationFailed = context =>
        {
            told.Add($"{context.Rejection?.Code}: {context.Rejection?.Reason}");
            return Task.CompletedTask;
        });

        await app.GetAsync("/me", app.Alice.WithText("typ", "ID"));
        await app.GetAsync("/me", app.Alice.WithText("aud", "account"));
        await app.GetAsync("/me", app.Alice.WithText("aud", "other"));

        Assert.StartsWith("kind_id: ", told[0], StringComparison.Ordinal);
        Assert.Contains("meant for 'account'", told[1], StringComparison.Ordinal);
        Assert.Contains("meant for 'other'", told[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outage_is_told_as_what_it_is()
    {
        Exception? told = null;
        var realm = new FakeRealm(OrdersApi.Key);
        realm.GoDown();
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(options => options.Events.OnAuthenticationFailed = context =>
            {
                told = context.Exception;
                Assert.Null(context.Rejection);
                return Task.CompletedTask;
            }),
            realm);

        await app.GetAsync("/me", app.Alice);

        Assert.IsType<RealmUnavailableException>(told);
    }

    [Fact]
    public async Task A_challenge_may_be_changed_and_cannot_break_the_header()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.Events.OnChallenge = context =>
        {
            context.ErrorDescription = "a \"quoted\"\r\nX-Evil: 1 \u00e4 text";
            context.ErrorUri = "https://docs.example.com/tokens";
            return Task.CompletedTask;
        });

        var response = await app.GetAsync("/me", "Bearer nonsense");

        Assert.Equal(
            "Bearer realm=\"demo\", error=\"invalid_token\", error_description=\"a quotedX-Evil: 1  text\", error_uri=\"https://docs.example.com/tokens\"",
            Assert.Single(response.Headers.NonValidated["WWW-Authenticate"]));
        Assert.False(response.Headers.Contains("X-Evil"));
    }

    [Fact]
    public async Task A_challenge_and_a_403_may_be_answered_by_the_application()
    {
        await using var app = await ProtectedApp.StartAsync(options =>
        {
            options.Events.OnChallenge = context =>
            {
                context.HandleResponse();
                context.Response.StatusCode = StatusCodes.Status418ImATeapot;
                return Task.CompletedTask;
            };
            options.Events.OnForbidden = context =>
            {
                context.Response.Headers["X-Forbidden"] = "yes";
                return Task.CompletedTask;
            };
        });

        Assert.Equal((HttpStatusCode)418, (await app.GetAsync("/me")).StatusCode);
        Assert.True((await app.GetAsync("/own", app.Alice)).Headers.Contains("X-Forbidden"));
    }

    [Fact]
    public async Task Events_may_be_a_type_that_DI_makes()
    {
        await using var app = await ProtectedApp.StartAsync(services =>
        {
            services.AddScoped<Greeter>();
            services.AddKeycloakBearer(options => options.EventsType = typeof(Greeter));
        });

        Assert.True((await app.GetAsync("/me", app.Alice)).Headers.Contains("X-Greeted"));
        Assert.False((await app.GetAsync("/me")).Headers.Contains("X-Greeted"));
    }

    private sealed class Greeter : KeycloakBearerEvents
    {
        public override Task TokenValidated(TokenValidatedContext context)
        {
            context.Response.Headers["X-Greeted"] = context.Principal!.Identity!.Name;
            return base.TokenValidated(context);
        }
    }
}
