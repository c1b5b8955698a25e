using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests;

/// <summary>Repeated requests with the same token, through the whole pipeline.</summary>
public sealed class VerifiedTokenPipelineTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_to_the_user_in_one_request_is_not_visible_to_other_requests_with_the_same_token()
    {
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(),
            app => app.MapGet("/change", (ClaimsPrincipal user) =>
            {
                var identity = (ClaimsIdentity)user.Identity!;
                var seen =
                    $"{user.HasClaim("note", "mine")} {identity.Claims.Count()} {user.FindFirst("sub") is not null} {identity.Label}";
                identity.AddClaim(new Claim("note", "mine"));
                identity.AddClaim(new Claim(identity.RoleClaimType, "root"));
                identity.RemoveClaim(identity.FindFirst("sub"));
                identity.Label = "changed";
                user.AddIdentity(new ClaimsIdentity("another"));
                return seen;
            }).RequireAuthorization());
        var token = app.Alice;

        var first = await (await app.GetAsync("/change", token)).Content.ReadAsStringAsync(Cancellation);

        Assert.StartsWith("False ", first, StringComparison.Ordinal);
        Assert.Equal(first, await (await app.GetAsync("/change", token)).Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(first, await (await app.GetAsync("/change", token)).Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(1, Read(app)["keycloak.verified_tokens.misses"]);
    }

    [Fact]
    public async Task A_change_to_the_properties_in_one_request_is_not_visible_to_other_requests_with_the_same_token()
    {
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(),
            app => app.MapGet("/change", (HttpContext http) =>
            {
                var properties =
                    http.Features.Get<Microsoft.AspNetCore.Authentication.IAuthenticateResultFeature>()!.AuthenticateResult!.Properties!;
                var seen =
                    $"{properties.Items.Count} {properties.Parameters.Count} {properties.GetString("note")} {properties.ExpiresUtc:O}";
                properties.SetString("note", "mine");
                properties.Parameters["note"] = "mine";
                properties.ExpiresUtc = DateTimeOffset.UnixEpoch;
                return seen;
            }).RequireAuthorization());
        var token = app.Alice;

        var first = await (await app.GetAsync("/change", token)).Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(first, await (await app.GetAsync("/change", token)).Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Cache_hits_misses_and_size_are_available_as_metrics()
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = app.Alice;

        for (var request = 0; request < 5; request++)
        {
            Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token.WithText("aud", "account"))).StatusCode);
        var metrics = Read(app);
        Assert.Equal(4, metrics["keycloak.verified_tokens.hits"]);
        Assert.Equal(1, metrics["keycloak.verified_tokens.misses"]);
        Assert.Equal(0, metrics["keycloak.verified_tokens.evictions"]);
        Assert.Equal(1, metrics["keycloak.verified_tokens.count"]);
    }

    [Fact]
    public async Task The_cache_can_be_disabled()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.VerifiedTokenCacheSize = 0);
        var token = app.Alice;

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);

        var metrics = Read(app);
        Assert.Equal(
            (0, 2, 0),
            (metrics["keycloak.verified_tokens.hits"],
                metrics["keycloak.verified_tokens.misses"],
                metrics["keycloak.verified_tokens.count"]));
    }

    [Fact]
    public async Task A_cached_token_that_expires_between_two_requests_is_rejected()
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = app.Alice;
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);

        app.Realm.Time.SetWallClock(app.Realm.Now.AddSeconds(270));

        var response = await app.GetAsync("/me", token);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("The access token expired", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cached_token_is_rejected_after_its_session_is_revoked()
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = app.Alice.WithText("sid", "session-1");
        var other = app.Alice.WithText("sid", "session-2");
        foreach (var remembered in new[] { token, other, token, other })
        {
            Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", remembered)).StatusCode);
        }

        Assert.Equal(2, Read(app)["keycloak.verified_tokens.hits"]);

        app.Services.GetRequiredService<IKeycloakRevocations>().RevokeSession("session-1");

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", other)).StatusCode);
        Assert.Equal(2, Read(app)["keycloak.verified_tokens.misses"]);
    }

    private static Dictionary<string, long> Read(ProtectedApp app)
    {
        // Other tests have meters of the same name, so listen only to the meter of this application.
        var factory = app.Services.GetRequiredService<IMeterFactory>();
        var values = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == KeycloakBearerDefaults.MeterName && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            Assert.Equal(new KeyValuePair<string, object?>("scheme", "Keycloak"), Assert.Single(tags.ToArray()));
            values.Add(instrument.Name, value);
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }
}
