using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Endpoints;

public sealed class TokenEndpointTests(RealmFixture fixture) : IClassFixture<RealmFixture>
{
    private RealmCaller Caller => fixture.Caller;

    // Status, error and description are those of a Keycloak 26.7.3.
    [Theory]
    [InlineData("", 400, "invalid_request", "Missing form parameter: grant_type")]
    [InlineData("client_id=cli&grant_type=foo", 400, "unsupported_grant_type", "Unsupported grant_type")]
    [InlineData("grant_type=password&username=alice&password=alice", 401, "invalid_client", "Invalid client or Invalid client credentials")]
    [InlineData(
        "grant_type=password&client_id=nope&username=alice&password=alice", 401, "invalid_client",
        "Invalid client or Invalid client credentials")]
    [InlineData(
        "grant_type=client_credentials&client_id=batch&client_secret=x", 401, "unauthorized_client",
        "Invalid client or Invalid client credentials")]
    [InlineData(
        "grant_type=client_credentials&client_id=batch", 401, "unauthorized_client", "Invalid client or Invalid client credentials")]
    [InlineData(
        "grant_type=client_credentials&client_id=cli", 401, "unauthorized_client", "Public client not allowed to retrieve service account")]
    [InlineData(
        "grant_type=client_credentials&client_id=exchanger&client_secret=exchanger-secret", 401, "unauthorized_client",
        "Client not enabled to retrieve service account")]
    [InlineData(
        "grant_type=password&client_id=spa&username=alice&password=alice", 400, "unauthorized_client",
        "Client not allowed for direct access grants")]
    [InlineData(
        "grant_type=password&client_id=cli&username=alice&password=alice&scope=openid nope", 400, "invalid_scope",
        "Invalid scopes: openid nope")]
    [InlineData("grant_type=password&client_id=cli&username=alice&password=alice&scope=", 400, "invalid_scope", "Invalid scopes: ")]
    [InlineData("grant_type=password&client_id=cli&password=alice", 401, "invalid_request", "Missing parameter: username")]
    [InlineData("grant_type=password&client_id=cli&username=nobody&password=alice", 400, "invalid_grant", "Invalid user credentials")]
    [InlineData("grant_type=password&client_id=cli&username=alice", 400, "invalid_grant", "Invalid user credentials")]
    [InlineData(
        "grant_type=password&client_id=cli&username=service-account-batch&password=", 400, "invalid_grant", "Invalid user credentials")]
    [InlineData(
        "grant_type=password&client_id=mtls&client_secret=mtls-secret&username=alice&password=alice", 400, "invalid_request",
        "Client Certification missing for MTLS HoK Token Binding")]
    [InlineData("grant_type=refresh_token&client_id=cli", 400, "invalid_request", "No refresh token")]
    [InlineData("grant_type=refresh_token&client_id=cli&refresh_token=garbage", 400, "invalid_grant", "Invalid refresh token")]
    [InlineData("grant_type=password&grant_type=password&client_id=cli", 400, "invalid_request", "duplicated parameter")]
    [InlineData(
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&client_id=cli", 400, "invalid_request",
        "Standard token exchange is not enabled for the requested client")]
    public async Task An_invalid_request_is_rejected_with_Keycloaks_error(string form, int status, string error, string description)
    {
        var fields = form.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='));
        var answer = await Caller.TokenAsync(fields.Select(field => (field[0], (string?)field[1])));

        Assert.Equal((status, error, description), (answer.Status, answer.Error, answer.Description));
        Assert.Equal(("no-store", "no-cache"), (answer.Headers["Cache-Control"], answer.Headers["Pragma"]));
    }

    [Fact]
    public async Task A_client_secret_is_accepted_in_the_form_and_percent_encoded_in_the_Authorization_header()
    {
        var posted = await Caller.TokenAsync(
            [("grant_type", "client_credentials"), ("client_id", "batch"), ("client_secret", "batch-secret")]);
        Assert.Equal(200, posted.Status);
        Assert.Equal(200, (await Caller.TokenAsync([("grant_type", "client_credentials")], basic: "batch:batch%2Dsecret")).Status);
        Assert.Equal(401, (await Caller.TokenAsync([("grant_type", "client_credentials")], basic: "no colon")).Status);
    }

    [Fact]
    public async Task A_user_can_log_in_with_the_email_address()
    {
        var answer = await Caller.TokenAsync(
            [("grant_type", "password"), ("client_id", "cli"), ("username", "Alice@Example.com"), ("password", "alice")]);

        Assert.Equal("alice", Decoded.Of(answer.AccessToken)["preferred_username"]);
        Assert.Null(answer.Json["id_token"]);
    }

    [Fact]
    public async Task A_refresh_token_of_another_client_and_an_access_token_are_rejected()
    {
        var answer = await Caller.PasswordAsync("cli", "alice");

        Assert.Equal(
            "Invalid refresh token. Token client and authorized client don't match",
            (await Caller.RefreshAsync("no-audience", answer.RefreshToken)).Description);
        Assert.Equal("Invalid refresh token", (await Caller.RefreshAsync("cli", answer.AccessToken)).Description);
        Assert.Equal(200, (await Caller.RefreshAsync("cli", answer.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_refresh_can_reduce_the_scope_but_not_extend_it()
    {
        var answer = await Caller.PasswordAsync("cli", "alice", "openid groups orders:write");

        var less = Decoded.Of((await Caller.RefreshAsync("cli", answer.RefreshToken, "openid")).AccessToken);
        Assert.DoesNotContain("groups", less.Scopes);
        Assert.Contains("orders:read", less.Scopes);
        var more = Decoded.Of((await Caller.RefreshAsync("cli", answer.RefreshToken, "openid organization")).AccessToken);
        Assert.DoesNotContain("organization", more.Scopes);
        Assert.Equal("invalid_scope", (await Caller.RefreshAsync("cli", answer.RefreshToken, "nope")).Error);
    }

    [Fact]
    public async Task A_refresh_token_that_is_bound_to_a_key_requires_that_key()
    {
        using var key = fixture.Realm.Dpop();
        using var otherKey = fixture.Realm.Dpop();
        var answer = await Caller.PasswordAsync("dpop", "alice", dpop: Caller.Proof(key));

        Assert.Equal(400, (await Caller.RefreshAsync("dpop", answer.RefreshToken, dpop: Caller.Proof(otherKey))).Status);
        Assert.Equal(200, (await Caller.RefreshAsync("dpop", answer.RefreshToken, dpop: Caller.Proof(key))).Status);
    }

    [Fact]
    public async Task A_DPoP_proof_binds_the_token_of_any_client()
    {
        using var key = fixture.Realm.Dpop();
        var good = await Caller.PasswordAsync("cli", "alice", dpop: Caller.Proof(key));

        Assert.Equal(("DPoP", "DPoP"), ((string?)good.Json["token_type"], Decoded.Of(good.AccessToken)["typ"]));
    }

    [Fact]
    public async Task An_exchange_for_an_audience_that_is_not_available_to_the_user_is_rejected()
    {
        var subject = (await Caller.PasswordAsync("exchanger", "bob", secret: "exchanger-secret")).AccessToken;
        var answer = await Caller.TokenAsync(
        [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("client_id", "exchanger"),
            ("client_secret", "exchanger-secret"),
            ("subject_token", subject),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("audience", "shipping-api"),
        ]);

        Assert.Equal("Requested audience not available: shipping-api", answer.Description);
    }
}
