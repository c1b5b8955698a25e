using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests;

/// <summary>Statements of docs/coming-from-jwtbearer.md that no other test covers.</summary>
public sealed class ComingFromJwtBearerTests
{
    [Fact]
    public void The_defaults_that_differ_from_JwtBearer_are_the_documented_ones()
    {
        var options = new KeycloakBearerOptions();

        Assert.Equal(
            (TimeSpan.FromSeconds(30), false, false, "preferred_username"),
            (options.ClockSkew, options.SaveToken, options.MapInboundClaims, options.Claims.NameClaimType));
    }

    [Fact]
    public async Task The_challenge_header_is_kept_when_an_event_changes_the_status_of_a_403()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.Events.OnForbidden = context =>
        {
            Assert.Equal(StatusCodes.Status403Forbidden, context.Response.StatusCode);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });

        var response = await app.GetAsync("/own", app.Alice);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("insufficient_scope", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_challenge_that_the_application_handles_without_setting_a_status_stays_a_401()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.Events.OnChallenge = context =>
        {
            context.HandleResponse();
            return Task.CompletedTask;
        });

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me")).StatusCode);
    }

    [Fact]
    public async Task The_ticket_has_the_scheme_and_the_issue_time_of_the_token()
    {
        ClaimsPrincipal? user = null;
        AuthenticationProperties? properties = null;
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(),
            app => app.MapGet("/ticket", (Delegate)(async (HttpContext http) =>
            {
                var result = await http.AuthenticateAsync();
                (user, properties) = (result.Principal, result.Properties);
            })).RequireAuthorization());

        await app.GetAsync("/ticket", app.Alice.With("nothing", "null").With("small", "1").With("large", "4294967296"));

        Assert.Equal("Keycloak", user!.Identity!.AuthenticationType);
        Assert.Equal(app.Realm.Now.AddSeconds(-60).ToUnixTimeSeconds(), properties!.IssuedUtc!.Value.ToUnixTimeSeconds());
        Assert.False(user.HasClaim(claim => claim.Type == "nothing"));
        Assert.Equal(
            (ClaimValueTypes.Integer64, ClaimValueTypes.Integer64),
            (user.FindFirst("small")!.ValueType, user.FindFirst("large")!.ValueType));
    }

    [Fact]
    public async Task Events_run_in_the_same_order_as_in_JwtBearer()
    {
        var calls = new List<string>();
        await using var app = await ProtectedApp.StartAsync(options =>
        {
            options.Events.OnMessageReceived = _ => Add("received");
            options.Events.OnTokenValidated = _ => Add("validated");
            options.Events.OnAuthenticationFailed = _ => Add("failed");
            options.Events.OnChallenge = _ => Add("challenge");
            options.Events.OnForbidden = _ => Add("forbidden");
        });

        await app.GetAsync("/own", app.Alice);
        await app.GetAsync("/me", "Bearer nonsense");

        Assert.Equal(["received", "validated", "forbidden", "received", "failed", "challenge"], calls);

        Task Add(string call)
        {
            calls.Add(call);
            return Task.CompletedTask;
        }
    }
}
