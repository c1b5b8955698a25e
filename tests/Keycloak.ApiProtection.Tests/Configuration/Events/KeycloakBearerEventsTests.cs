using System.Net;
using System.Security.Claims;
using Keycloak.ApiProtection.Tests.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Configuration.Events;

public sealed class KeycloakBearerEventsTests
{
    [Fact]
    public async Task OnMessageReceived_can_supply_the_token()
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
    public async Task OnTokenValidated_can_reject_a_valid_token_or_replace_the_principal()
    {
        var keyIds = new List<string?>();
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
            keyIds.Add(context.AccessToken.KeyId);
            return Task.CompletedTask;
        });

        Assert.Equal(
            "somebody", await (await app.GetAsync("/me", app.Alice)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var refused = await app.GetAsync("/me", app.Alice.WithText("preferred_username", "bob"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Bearer realm=\"demo\", error=\"invalid_token\"", refused.Headers.WwwAuthenticate.ToString());
        Assert.Equal(Enumerable.Repeat(app.Realm.Keys.Active("RS256").Id, 2), keyIds);
    }

    [Fact]
    public async Task OnAuthenticationFailed_receives_the_code_and_reason_of_a_rejection()
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
        Assert.Contains("has the audience 'account'", told[1], StringComparison.Ordinal);
        Assert.Contains("has the audience 'other'", told[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnAuthenticationFailed_receives_an_outage_as_an_exception_and_not_as_a_rejection()
    {
        Exception? told = null;
        var realm = await DemoRealm.StartDownAsync();
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
    public async Task OnChallenge_can_change_the_challenge_but_cannot_break_the_header()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.Events.OnChallenge = context =>
        {
            context.ErrorDescription = "a \"quoted\"\r\nX-Evil: 1 \u00e4 text";
            context.ErrorUri = "https://docs.example.com/tokens";
            return Task.CompletedTask;
        });

        var response = await app.GetAsync("/me", "Bearer nonsense");

        Assert.Equal(
            "Bearer realm=\"demo\", error=\"invalid_token\", "
            + "error_description=\"a quotedX-Evil: 1  text\", error_uri=\"https://docs.example.com/tokens\"",
            Assert.Single(response.Headers.NonValidated["WWW-Authenticate"]));
        Assert.False(response.Headers.Contains("X-Evil"));
    }

    [Fact]
    public async Task The_application_can_handle_a_challenge_and_a_403()
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
    public async Task Events_can_be_a_type_resolved_from_dependency_injection()
    {
        await using var app = await ProtectedApp.StartAsync(services =>
        {
            services.AddScoped<Greeter>();
            services.AddKeycloakBearer(options => options.EventsType = typeof(Greeter));
        });

        Assert.True((await app.GetAsync("/me", app.Alice)).Headers.Contains("X-Greeted"));
        Assert.False((await app.GetAsync("/me")).Headers.Contains("X-Greeted"));
    }

    [Fact]
    public async Task OnMessageReceived_can_set_or_remove_the_header()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.Events.OnMessageReceived = context =>
        {
            if (context.Request.Headers.Remove("X-Token", out var token))
            {
                context.Request.Headers.Authorization = $"Bearer {token}";
            }
            else if (context.Request.Headers.Remove("X-Anonymous"))
            {
                context.Request.Headers.Remove("Authorization");
            }

            return Task.CompletedTask;
        });

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(app, "X-Token", app.Alice.Text)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(app, "X-Anonymous", "1", $"Bearer {app.Alice.Text}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice)).StatusCode);
    }

    [Fact]
    public async Task A_token_set_by_OnMessageReceived_takes_precedence_over_the_header()
    {
        string? token = null;
        await using var app = await ProtectedApp.StartAsync(options => options.Events.OnMessageReceived = context =>
        {
            context.Token = token;
            context.Request.Headers.Authorization = "Bearer nonsense";
            return Task.CompletedTask;
        });
        token = app.Alice.Text;

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", "Bearer")).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_exception_in_another_event_is_reported_once_and_rethrown(bool whenReceived)
    {
        var told = new List<Exception>();
        await using var app = await ProtectedApp.StartAsync(options => Throw(options, whenReceived, context =>
        {
            Assert.Null(context.Rejection);
            told.Add(context.Exception);
        }));

        Assert.Equal(HttpStatusCode.InternalServerError, (await app.GetAsync("/me", app.Alice)).StatusCode);

        Assert.IsType<InvalidTimeZoneException>(Assert.Single(told));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OnAuthenticationFailed_can_handle_an_exception_of_another_event(bool whenReceived)
    {
        await using var failing = await ProtectedApp.StartAsync(
            options => Throw(options, whenReceived, context => context.Fail("the directory is down")));
        await using var open = await ProtectedApp.StartAsync(options => Throw(options, whenReceived, context => context.NoResult()));

        Assert.Equal(HttpStatusCode.Unauthorized, (await failing.GetAsync("/me", failing.Alice)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await open.GetAsync("/public", open.Alice)).StatusCode);
        Assert.Equal(Challenges.WithoutToken, (await open.GetAsync("/me", open.Alice)).Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task An_exception_in_OnAuthenticationFailed_is_not_reported_to_it_again()
    {
        var calls = 0;
        await using var app = await ProtectedApp.StartAsync(options => options.Events.OnAuthenticationFailed = _ =>
        {
            calls++;
            throw new InvalidTimeZoneException();
        });

        Assert.Equal(HttpStatusCode.InternalServerError, (await app.GetAsync("/me", "Bearer nonsense")).StatusCode);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_client_that_disconnects_is_reported_as_in_JwtBearer()
    {
        var told = new TaskCompletionSource<Exception>();
        var realm = await DemoRealm.StartAsync();
        using var held = realm.HoldResponses();
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(options => options.Events.OnAuthenticationFailed = context =>
            {
                told.SetResult(context.Exception);
                return Task.CompletedTask;
            }),
            realm);
        await realm.ArrivedAsync(1);
        using var leaves = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Authorization = new("Bearer", app.Alice.Text);
        var leaving = app.Client.SendAsync(request, leaves.Token);

        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);

        Assert.IsAssignableFrom<OperationCanceledException>(await told.Task.WaitAsync(TestContext.Current.CancellationToken));
        held.Dispose();
    }

    private static void Throw(KeycloakBearerOptions options, bool whenReceived, Action<AuthenticationFailedContext> answer)
    {
        if (whenReceived)
        {
            options.Events.OnMessageReceived = _ => throw new InvalidTimeZoneException();
        }
        else
        {
            options.Events.OnTokenValidated = _ => throw new InvalidTimeZoneException();
        }

        options.Events.OnAuthenticationFailed = context =>
        {
            answer(context);
            return Task.CompletedTask;
        };
    }

    private static Task<HttpResponseMessage> SendAsync(ProtectedApp app, string header, string value, string? authorization = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Add(header, value);
        if (authorization is not null)
        {
            request.Headers.Add("Authorization", authorization);
        }

        return app.Client.SendAsync(request, TestContext.Current.CancellationToken);
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
