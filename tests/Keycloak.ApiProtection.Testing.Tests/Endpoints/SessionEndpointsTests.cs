using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Endpoints;

/// <summary>Introspection, revocation, logout and userinfo beyond the captures: what each act does to the session's other tokens.</summary>
public sealed class SessionEndpointsTests(RealmFixture fixture) : IClassFixture<RealmFixture>
{
    private RealmCaller Caller => fixture.Caller;

    [Fact]
    public async Task Revoking_an_access_token_leaves_its_refreshed_sibling_alive()
    {
        var first = await Caller.PasswordAsync("cli", "alice");
        var second = await Caller.RefreshAsync("cli", first.RefreshToken);

        await Caller.RevokeAsync("cli", first.AccessToken);

        Assert.False(await Caller.IsActiveAsync(first.AccessToken));
        Assert.True(await Caller.IsActiveAsync(second.AccessToken));
    }

    [Fact]
    public async Task Revoking_a_refresh_token_ends_that_client_and_leaves_the_sessions_other_clients_alive()
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
    public async Task Logout_ends_the_session_for_all_its_clients_and_may_be_repeated()
    {
        var cli = await Caller.PasswordAsync("cli", "alice");
        var other = fixture.Realm.Token("alice").For("es256").InSession(Decoded.Of(cli.AccessToken)["sid"]!).Create();

        Assert.Equal(204, (await Caller.LogoutAsync("cli", cli.RefreshToken)).Status);
        Assert.Equal(204, (await Caller.LogoutAsync("cli", cli.RefreshToken)).Status);

        Assert.False(await Caller.IsActiveAsync(other));
        Assert.Equal("Session not active", (await Caller.RefreshAsync("cli", cli.RefreshToken)).Description);
    }

    [Fact]
    public async Task An_offline_session_is_found_by_its_own_tokens_and_ends_by_logout()
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
    public async Task Revocation_and_logout_refuse_what_they_cannot_know_in_Keycloaks_words()
    {
        var answer = await Caller.PasswordAsync("cli", "alice");

        Assert.Equal((400, "Token not provided"), await Told(Caller.RevokeAsync("cli", null)));
        Assert.Equal((200, "Invalid token"), await Told(Caller.RevokeAsync("cli", "garbage")));
        Assert.Equal((400, "Unsupported token type"), await Told(Caller.RevokeAsync("cli", answer.IdToken)));
        Assert.Equal((400, "Invalid refresh token"), await Told(Caller.LogoutAsync("cli", "garbage")));
        Assert.Equal((400, "Invalid refresh token"), await Told(Caller.LogoutAsync("cli", answer.AccessToken)));
        Assert.Equal((400, "Invalid refresh token. Token client and authorized client don't match"), await Told(Caller.LogoutAsync("no-audience", answer.RefreshToken)));
        Assert.Equal((401, "Invalid client or Invalid client credentials"), await Told(Caller.LogoutAsync("exchanger", answer.RefreshToken)));
        Assert.Equal(501, (await Caller.LogoutAsync("cli", null)).Status);
        Assert.True(await Caller.IsActiveAsync(answer.AccessToken));
    }

    [Fact]
    public async Task A_refresh_token_is_active_for_its_own_client_when_the_hint_says_so()
    {
        var answer = await Caller.PasswordAsync("exchanger", "alice", secret: "exchanger-secret");

        var own = await Caller.IntrospectAsync("exchanger", answer.RefreshToken, hint: "refresh_token");
        Assert.Equal((true, "Refresh"), (own.IsActive, (string?)own.Json["token_type"]));
        Assert.False((await Caller.IntrospectAsync("orders-api", answer.RefreshToken, hint: "refresh_token")).IsActive);
        Assert.False((await Caller.IntrospectAsync("orders-api", answer.AccessToken, hint: "refresh_token")).IsActive);
    }

    [Fact]
    public async Task The_id_token_and_the_access_token_of_a_client_are_not_for_others_even_for_the_authorized_party()
    {
        var answer = await Caller.PasswordAsync("exchanger", "alice", secret: "exchanger-secret");

        Assert.False(await Caller.IsActiveAsync(answer.AccessToken, by: "exchanger"));
        Assert.False(await Caller.IsActiveAsync(answer.IdToken));
        Assert.True(await Caller.IsActiveAsync(answer.AccessToken));
    }

    [Fact]
    public async Task A_service_accounts_token_is_active_without_any_session()
    {
        var token = (await Caller.ClientCredentialsAsync("batch")).AccessToken;
        var answer = await Caller.IntrospectAsync("orders-api", token);

        Assert.Equal(("batch", "service-account-batch", true), ((string?)answer.Json["client_id"], (string?)answer.Json["username"], answer.IsActive));
        Assert.Null(answer.Json["clientHost"]);
    }

    [Fact]
    public async Task Userinfo_tells_the_claims_that_its_mappers_may_write()
    {
        var token = (await Caller.PasswordAsync("cli", "alice", "openid groups organization")).AccessToken;
        var answer = await Caller.UserInfoAsync(token);

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            ["email", "email_verified", "family_name", "given_name", "groups", "name", "organization", "preferred_username", "sub"],
            answer.Json.Select(member => member.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Userinfo_refuses_in_the_words_of_RFC_6750()
    {
        var answer = await Caller.PasswordAsync("cli", "alice", "email");
        var lightweight = await Caller.PasswordAsync("lightweight", "alice");
        var ended = await Caller.PasswordAsync("cli", "alice");
        await Caller.LogoutAsync("cli", ended.RefreshToken);

        const string Realm = "Bearer realm=\"demo\"";
        Assert.Equal((401, Realm), await Challenged(null));
        Assert.Equal((401, Realm + ", error=\"invalid_token\", error_description=\"Token verification failed\""), await Challenged("garbage"));
        Assert.Equal((401, Realm + ", error=\"invalid_token\", error_description=\"Token verification failed\""), await Challenged(answer.RefreshToken));
        Assert.Equal((403, Realm + ", error=\"insufficient_scope\", error_description=\"Missing openid scope\""), await Challenged(answer.AccessToken));
        Assert.Equal((401, Realm + ", error=\"invalid_token\", error_description=\"Lightweight access token not allowed for userinfo endpoint\""), await Challenged(lightweight.AccessToken));
        Assert.Equal((401, Realm + ", error=\"invalid_token\", error_description=\"user_session_not_found\""), await Challenged(ended.AccessToken));
    }

    private static async Task<(int Status, string? Description)> Told(Task<Exchange> exchange) => ((await exchange).Status, (await exchange).Description);

    private async Task<(int Status, string Challenge)> Challenged(string? token)
    {
        var answer = await Caller.UserInfoAsync(token);
        return (answer.Status, answer.Headers["WWW-Authenticate"]);
    }
}
