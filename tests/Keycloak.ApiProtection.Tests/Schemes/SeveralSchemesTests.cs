using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Schemes;

/// <summary>One endpoint with two schemes: both authenticate the request, and both write to the same response.</summary>
public sealed class SeveralSchemesTests
{
    private static readonly string[] Names = ["One", "Two"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_of_two_challenges_with_a_body_is_sent_and_both_events_are_raised()
    {
        var called = new List<string>();
        await using var app = await StartAsync((name, options) =>
        {
            options.ProblemDetails = true;
            options.Events.OnChallenge = context =>
            {
                called.Add($"{name} {context.Response.HasStarted}");
                return Task.CompletedTask;
            };
        });

        var response = await app.GetAsync("/both", app.Alice.WithText("typ", "ID"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.EndsWith("}", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Single(response.Headers.NonValidated["WWW-Authenticate"]);
        Assert.Equal(["One False", "Two True"], called);
    }

    [Fact]
    public async Task Both_headers_of_two_challenges_without_a_body_are_sent()
    {
        await using var app = await StartAsync((_, _) => { });

        var response = await app.GetAsync("/both", app.Alice.WithText("typ", "ID"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(2, response.Headers.NonValidated["WWW-Authenticate"].Count);
    }

    [Fact]
    public async Task The_first_of_two_forbids_with_a_body_is_sent_and_both_events_are_raised()
    {
        var called = new List<string>();
        await using var app = await StartAsync((name, options) =>
        {
            options.ProblemDetails = true;
            options.Events.OnForbidden = context =>
            {
                called.Add($"{name} {context.Response.HasStarted}");
                return Task.CompletedTask;
            };
        });

        var response = await app.GetAsync("/both-forbid", app.Alice);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.EndsWith("}", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Single(response.Headers.NonValidated["WWW-Authenticate"]);
        Assert.Equal(["One False", "Two True"], called);
    }

    [Fact]
    public async Task A_body_that_an_event_writes_replaces_the_body_of_every_scheme()
    {
        await using var app = await StartAsync((_, options) =>
        {
            options.ProblemDetails = true;
            options.Events.OnForbidden = context => context.Response.HasStarted ? Task.CompletedTask : context.Response.WriteAsync(
                "not for you", Cancellation);
            options.Events.OnChallenge = context => context.Response.HasStarted ? Task.CompletedTask : context.Response.WriteAsync(
                "who are you", Cancellation);
        });

        var forbidden = await app.GetAsync("/both-forbid", app.Alice);
        var challenged = await app.GetAsync("/both");

        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        Assert.Equal("not for you", await forbidden.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.Unauthorized, challenged.StatusCode);
        Assert.Equal("who are you", await challenged.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_503_of_one_scheme_is_not_replaced_and_the_event_of_the_other_scheme_is_raised(bool withBody)
    {
        var called = new List<string>();
        var realm = await DemoRealm.StartDownAsync();
        await using var app = await StartAsync(
            (name, options) =>
            {
                options.ProblemDetails = withBody;
                options.Authority = name == "One" ? DemoRealm.Issuer : "https://kc.example/realms/partners";
                options.Events.OnChallenge = context =>
                {
                    called.Add($"{name} {context.StatusCode} {context.Rejection?.Code}");
                    return Task.CompletedTask;
                };
            },
            realm);

        var response = await app.GetAsync("/both", app.Alice);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(["One 503 ", "Two 503 issuer"], called);
    }

    private static Task<ProtectedApp> StartAsync(
        Action<string, KeycloakBearerOptions> configure, DemoRealm? realm = null) => ProtectedApp.StartAsync(
        services =>
        {
            foreach (var name in Names)
            {
                services.AddKeycloakBearer(name, options =>
                {
                    (options.Authority, options.Resource) = (DemoRealm.Issuer, DemoRealm.Audience);
                    configure(name, options);
                });
            }
        },
        app =>
        {
            app.MapGet("/both", () => "both").RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "One,Two" });
            app.MapGet("/both-forbid", () => "both")
                .RequireAuthorization(policy => policy.AddAuthenticationSchemes("One", "Two").RequireAssertion(_ => false));
        },
        realm);
}
