using System.Net;
using Keycloak.ApiProtection.Tests.Http;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests;

public sealed class KeycloakBearerHandlerTests
{
    private const string Invalid = "Bearer realm=\"demo\", error=\"invalid_token\", error_description=\"The access token is invalid\"";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_valid_token_is_accepted_and_sets_the_user_name()
    {
        await using var app = await ProtectedApp.StartAsync();

        var response = await app.GetAsync("/me", app.Alice);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("alice", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/email", app.Alice)).StatusCode);
    }

    [Theory]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    [InlineData("Bearer ")]
    public async Task The_scheme_is_case_insensitive_and_extra_spaces_are_ignored(string scheme)
    {
        await using var app = await ProtectedApp.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", $"{scheme} {app.Alice.Text}")).StatusCode);
    }

    [Theory]
    [InlineData]
    [InlineData("Basic YWxpY2U6YWxpY2U=")]
    [InlineData("BearerToken abc")]
    [InlineData("Basic YWxpY2U6YWxpY2U=", "Negotiate abc")]
    public async Task Without_a_token_the_401_names_the_schemes_and_no_error(params string[] headers)
    {
        await using var app = await ProtectedApp.StartAsync();

        var response = await app.GetAsync("/me", headers);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(Challenges.WithoutToken, response.Headers.WwwAuthenticate.ToString());
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task A_rejected_token_gets_a_response_with_a_fixed_description()
    {
        await using var app = await ProtectedApp.StartAsync();

        var response = await app.GetAsync("/me", app.Alice.WithText("aud", "shipping-api"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(Invalid, Challenge(response));
    }

    [Fact]
    public async Task The_response_to_an_expired_token_says_so_because_clients_then_refresh_it()
    {
        await using var app = await ProtectedApp.StartAsync();

        var response = await app.GetAsync("/me", app.Alice.WithDate("exp", app.Realm.Now.AddMinutes(-1)));

        Assert.Equal("Bearer realm=\"demo\", error=\"invalid_token\", error_description=\"The access token expired\"", Challenge(response));
    }

    [Fact]
    public async Task A_request_with_more_than_one_token_is_a_bad_request()
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = $"Bearer {app.Alice.Text}";

        foreach (var headers in new string[][] { [token, token], ["Basic YWxpY2U6YWxpY2U=", token], [$"{token}, {token}"], [$"{token},"] })
        {
            var response = await app.GetAsync("/me", headers);

            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal(
                "Bearer realm=\"demo\", error=\"invalid_request\", error_description=\"The request carries more than one token\"",
                Challenge(response));
        }

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer   ")]
    [InlineData("Bearer a b")]
    [InlineData("Bearer a\u00e4b")]
    public async Task A_malformed_header_is_a_bad_request(string header)
    {
        await using var app = await ProtectedApp.StartAsync();

        var response = await app.GetAsync("/me", header);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("error=\"invalid_request\"", Challenge(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_token_does_not_block_a_public_endpoint()
    {
        await using var app = await ProtectedApp.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/public", "Bearer nonsense")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", "Bearer nonsense")).StatusCode);
    }

    [Fact]
    public async Task The_response_contains_nothing_from_the_token()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.ProblemDetails = true);
        const string hostile = "\"\r\nSet-Cookie: a=b\r\n<script>hostile</script>\u00e4";

        foreach (var token in new[]
        {
            app.Alice.WithText("iss", hostile),
            app.Alice.WithText("aud", hostile),
            app.Alice.WithText("typ", hostile),
            app.Alice.WithHeader("kid", SignedToken.Quoted(hostile)),
        })
        {
            var response = await app.GetAsync("/me", token);

            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal(Invalid, Challenge(response));
            Assert.DoesNotContain(
                "hostile", response.Headers.ToString() + await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_response_to_a_missing_scope_names_everything_that_the_endpoint_requires()
    {
        await using var app = await ProtectedApp.StartAsync();

        var response = await app.GetAsync("/write", app.Alice);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(
            "Bearer realm=\"demo\", error=\"insufficient_scope\", error_description=\"The endpoint needs scopes 'orders:read', "
            + "'orders:write' and client role 'writer' of this API.\", scope=\"orders:read orders:write\"",
            Challenge(response));
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/write", app.Alice.WithText("scope", "orders:read orders:write"))).StatusCode);
    }

    [Fact]
    public async Task The_response_names_a_missing_role_and_the_log_names_the_remedy()
    {
        await using var app = await ProtectedApp.StartAsync();

        var response = await app.GetAsync("/roles", app.Alice.Without("realm_access", "resource_access"));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("error=\"insufficient_scope\"", Challenge(response), StringComparison.Ordinal);
        Assert.Contains("role 'nobody-has-this'", Challenge(response), StringComparison.Ordinal);
        Assert.Contains("Add the client scope \"roles\"", app.Realm.Log.Text("PermissionMissing"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_response_to_a_failed_policy_of_the_application_does_not_guess_the_reason()
    {
        await using var app = await ProtectedApp.StartAsync();

        Assert.Equal(
            "Bearer realm=\"demo\", error=\"insufficient_scope\", error_description=\"The access token does not permit this request\"",
            Challenge(await app.GetAsync("/own", app.Alice)));
    }

    [Fact]
    public async Task While_Keycloak_is_unreachable_the_response_is_503_and_it_recovers_without_a_restart()
    {
        var realm = await DemoRealm.StartDownAsync();
        await using var app = await ProtectedApp.StartAsync(services => services.AddKeycloakBearer(), realm);

        var response = await app.GetAsync("/me", app.Alice);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Empty(response.Headers.WwwAuthenticate);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 5);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me")).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await app.GetAsync("/me", app.Alice.WithText("iss", "https://elsewhere.example.com"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/public", app.Alice)).StatusCode);

        realm.Faults.ComeBack();
        realm.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice)).StatusCode);
    }

    [Fact]
    public async Task Startup_does_not_wait_for_Keycloak()
    {
        var realm = await DemoRealm.StartAsync();
        using var held = realm.HoldResponses();

        await using var app = await ProtectedApp.StartAsync(services => services.AddKeycloakBearer(), realm);
        await realm.ArrivedAsync(1);
        var waiting = app.GetAsync("/me", app.Alice);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/public")).StatusCode);
        Assert.False(waiting.IsCompleted);

        held.Dispose();
        Assert.Equal(HttpStatusCode.OK, (await waiting).StatusCode);
        Assert.Equal(2, realm.Requests.Total);
    }

    [Fact]
    public async Task A_token_in_the_query_is_accepted_only_on_the_configured_paths()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.QueryTokenPaths.Add("/hub"));
        var query = "?access_token=" + app.Alice.Text;

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/hub/listen" + query)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/hub/listen", app.Alice)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me" + query)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/hub/listen?access_token=")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await app.GetAsync("/hub/listen" + query, app.Alice)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await app.GetAsync("/hub/listen" + query + query.Replace('?', '&'))).StatusCode);
    }

    [Fact]
    public async Task A_token_longer_than_the_limit_is_rejected()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.MaximumTokenSize = 2000);

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", app.Alice)).StatusCode);
        Assert.Equal(Invalid, Challenge(await app.GetAsync("/me", app.Alice.WithText("note", new string('x', 2000)))));
    }

    [Fact]
    public async Task Problem_details_are_returned_when_the_option_is_set()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.ProblemDetails = true);

        var response = await app.GetAsync("/email", app.Alice.WithText("scope", "profile"));

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("scope 'email'", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("application/problem+json", (await app.GetAsync("/me")).Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task The_token_is_saved_only_when_the_option_is_set()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.SaveToken = true);
        await using var other = await ProtectedApp.StartAsync();
        var token = app.Alice;

        Assert.Equal(token.Text, await (await app.GetAsync("/token", token)).Content.ReadAsStringAsync(Cancellation));
        Assert.Empty(await (await other.GetAsync("/token", other.Alice)).Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task The_authentication_properties_have_the_time_when_the_token_expires()
    {
        await using var app = await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(),
            app => app
                .MapGet("/ends", (Delegate)(async (HttpContext http) =>
                    (await http.AuthenticateAsync()).Properties!.ExpiresUtc!.Value.ToUnixTimeSeconds()))
                .RequireAuthorization());

        var ends = await (await app.GetAsync("/ends", app.Alice)).Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(
            app.Realm.Now.AddSeconds(240).ToUnixTimeSeconds(), long.Parse(ends, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_log_has_a_remedy_when_Keycloak_is_reached_under_two_host_names()
    {
        await using var app = await ProtectedApp.StartAsync();

        await app.GetAsync("/me", app.Alice.WithText("iss", "http://localhost:8080/realms/demo"));

        Assert.Contains("set ValidIssuers", app.Realm.Log.Text("TokenRejected"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_disconnects_while_keys_are_fetched_does_not_affect_other_requests()
    {
        var realm = await DemoRealm.StartAsync();
        using var held = realm.HoldResponses();
        await using var app = await ProtectedApp.StartAsync(services => services.AddKeycloakBearer(), realm);
        await realm.ArrivedAsync(1);
        using var leaves = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Authorization = new("Bearer", app.Alice.Text);
        var leaving = app.Client.SendAsync(request, leaves.Token);
        var staying = app.GetAsync("/me", app.Alice);

        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        held.Dispose();

        Assert.Equal(HttpStatusCode.OK, (await staying).StatusCode);
        Assert.DoesNotContain(app.Realm.Log.Entries, entry => entry.Level >= LogLevel.Error);
    }

    private static string Challenge(HttpResponseMessage response) => Assert.Single(response.Headers.NonValidated["WWW-Authenticate"]);
}
