using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Endpoints;

/// <summary>
/// Introspection, revocation, logout and userinfo beyond the captures: the effect of each request on the other tokens of the session.
/// </summary>
public sealed class SessionEndpointsTests(RealmFixture fixture) : IClassFixture<RealmFixture>
{
    private RealmCaller Caller => fixture.Caller;

    [Fact]
    public async Task Revoking_an_access_token_does_not_affect_the_refreshed_token()
    {
        var first = await Caller.PasswordAsync("cli", "alice");
        var second = await Caller.RefreshAsync("cli", first.RefreshToken);

        await Caller.RevokeAsync("cli", first.AccessToken);

        Assert.False(await Caller.IsActiveAsync(first.AccessToken));
        Assert.True(await Caller.IsActiveAsync(second.AccessToken));
    }

    [Fact]
    public async Task Revoking_a_refresh_token_removes_its_client_and_keeps_the_other_clients_of_the_session()
    {
        var cli = await Caller.PasswordAsync("cli", "alice");
        var other = fixture.Realm.Token("alice").For("es256").InSession(Decoded.Of(cli.AccessToken)["sid"]!).Create();
        Assert.True(await Caller.IsActiveAsync(other));

        Assert.Equal(200, (await Caller.RevokeAsync("cli", cli.RefreshToken)).Status);

        Assert.False(await Caller.IsActiveAsync(cli.AccessToken));
        Assert.True(await Caller.IsActiveAsync(other));
        Assert.Equal("Session not active", (await Caller.RefreshAsync("cli", cli.RefreshToken)).Description);
    }

    [Fact]
    public async Task Logout_ends_the_session_for_all_its_clients_and_can_be_repeated()
    {
        var cli = await Caller.PasswordAsync("cli", "alice");
        var other = fixture.Realm.Token("alice").For("es256").InSession(Decoded.Of(cli.AccessToken)["sid"]!).Create();

        Assert.Equal(204, (await Caller.LogoutAsync("cli", cli.RefreshToken)).Status);
        Assert.Equal(204, (await Caller.LogoutAsync("cli", cli.RefreshToken)).Status);

        Assert.False(await Caller.IsActiveAsync(other));
        Assert.Equal("Session not active", (await Caller.RefreshAsync("cli", cli.RefreshToken)).Description);
    }

    [Fact]
    public async Task An_offline_session_issues_its_own_tokens_and_ends_with_a_logout()
    {
        var offline = await Caller.PasswordAsync("cli", "bob", "openid offline_access");
        var refreshed = await Caller.RefreshAsync("cli", offline.RefreshToken);
        Assert.StartsWith("ofrtrt:", Decoded.Of(refreshed.AccessToken)["jti"], StringComparison.Ordinal);
        Assert.True(await Caller.IsActiveAsync(refreshed.AccessToken));

        await Caller.LogoutAsync("cli", offline.RefreshToken);

        Assert.False(await Caller.IsActiveAsync(refreshed.AccessToken));
        Assert.Equal("Offline user session not found", (await Caller.RefreshAsync("cli", offline.RefreshToken)).Description);
    }

    [Fact]
    public async Task Revocation_and_logout_reject_invalid_tokens_with_Keycloaks_errors()
    {
        var answer = await Caller.PasswordAsync("cli", "alice");

        Assert.Equal((400, "Token not provided"), await ErrorOf(Caller.RevokeAsync("cli", null)));
        Assert.Equal((200, "Invalid token"), await ErrorOf(Caller.RevokeAsync("cli", "garbage")));
        Assert.Equal((400, "Unsupported token type"), await ErrorOf(Caller.RevokeAsync("cli", answer.IdToken)));
        Assert.Equal((400, "Invalid refresh token"), await ErrorOf(Caller.LogoutAsync("cli", "garbage")));
        Assert.Equal((400, "Invalid refresh token"), await ErrorOf(Caller.LogoutAsync("cli", answer.AccessToken)));
        Assert.Equal(
            (400, "Invalid refresh token. Token client and authorized client don't match"),
            await ErrorOf(Caller.LogoutAsync("no-audience", answer.RefreshToken)));
        Assert.Equal(
            (401, "Invalid client or Invalid client credentials"),
            await ErrorOf(Caller.LogoutAsync("exchanger", answer.RefreshToken)));
        Assert.Equal(501, (await Caller.LogoutAsync("cli", null)).Status);
        Assert.True(await Caller.IsActiveAsync(answer.AccessToken));
    }

    [Fact]
    public async Task A_refresh_token_is_active_only_for_its_own_client_and_with_the_matching_hint()
    {
        var answer = await Caller.PasswordAsync("exchanger", "alice", secret: "exchanger-secret");

        var own = await Caller.IntrospectAsync("exchanger", answer.RefreshToken, hint: "refresh_token");
        Assert.Equal((true, "Refresh"), (own.IsActive, (string?)own.Json["token_type"]));
        Assert.False((await Caller.IntrospectAsync("orders-api", answer.RefreshToken, hint: "refresh_token")).IsActive);
        Assert.False((await Caller.IntrospectAsync("orders-api", answer.AccessToken, hint: "refresh_token")).IsActive);
    }

    [Fact]
    public async Task A_token_is_inactive_for_a_client_outside_its_audience_even_for_the_authorized_party()
    {
        var answer = await Caller.PasswordAsync("exchanger", "alice", secret: "exchanger-secret");

        Assert.False(await Caller.IsActiveAsync(answer.AccessToken, by: "exchanger"));
        Assert.False(await Caller.IsActiveAsync(answer.IdToken));
        Assert.True(await Caller.IsActiveAsync(answer.AccessToken));
    }

    [Fact]
    public async Task A_service_account_token_is_active_without_a_session()
    {
        var token = (await Caller.ClientCredentialsAsync("batch")).AccessToken;
        var answer = await Caller.IntrospectAsync("orders-api", token);

        Assert.Equal("batch", (string?)answer.Json["client_id"]);
        Assert.Equal("service-account-batch", (string?)answer.Json["username"]);
        Assert.True(answer.IsActive);
        Assert.Null(answer.Json["clientHost"]);
    }

    [Fact]
    public async Task Userinfo_returns_the_claims_that_mappers_may_write_to_it()
    {
        var token = (await Caller.PasswordAsync("cli", "alice", "openid groups organization")).AccessToken;
        var answer = await Caller.UserInfoAsync(token);

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            ["email", "email_verified", "family_name", "given_name", "groups", "name", "organization", "preferred_username", "sub"],
            answer.Json.Select(member => member.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Userinfo_rejects_tokens_with_the_errors_of_RFC_6750()
    {
        var answer = await Caller.PasswordAsync("cli", "alice", "email");
        var lightweight = await Caller.PasswordAsync("lightweight", "alice");
        var ended = await Caller.PasswordAsync("cli", "alice");
        await Caller.LogoutAsync("cli", ended.RefreshToken);

        Assert.Equal((401, "Bearer realm=\"demo\""), await ChallengeOf(null));
        Assert.Equal((401, Error("invalid_token", "Token verification failed")), await ChallengeOf("garbage"));
        Assert.Equal((401, Error("invalid_token", "Token verification failed")), await ChallengeOf(answer.RefreshToken));
        Assert.Equal((403, Error("insufficient_scope", "Missing openid scope")), await ChallengeOf(answer.AccessToken));
        Assert.Equal(
            (401, Error("invalid_token", "Lightweight access token not allowed for userinfo endpoint")),
            await ChallengeOf(lightweight.AccessToken));
        Assert.Equal((401, Error("invalid_token", "user_session_not_found")), await ChallengeOf(ended.AccessToken));
    }

    private static string Error(string code, string description) =>
        $"Bearer realm=\"demo\", error=\"{code}\", error_description=\"{description}\"";

    private static async Task<(int Status, string? Description)> ErrorOf(Task<Exchange> exchange) =>
        ((await exchange).Status, (await exchange).Description);

    private async Task<(int Status, string Challenge)> ChallengeOf(string? token)
    {
        var answer = await Caller.UserInfoAsync(token);
        return (answer.Status, answer.Headers["WWW-Authenticate"]);
    }
}
