using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

public abstract partial class RealmContract
{
    [Fact]
    public async Task After_logout_the_tokens_of_the_session_are_inactive_and_those_of_other_sessions_stay_active()
    {
        var first = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var second = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        var logout = await Client.LogoutAsync(DemoClient.Cli, first.RefreshToken.Compact, Cancellation);

        Assert.Equal((HttpStatusCode.NoContent, ""), (logout.Status, logout.Text));
        AssertInactive(await IntrospectAsync(first));
        AssertActive(await IntrospectAsync(second));
        var refreshed = await Client.RefreshAsync(DemoClient.Cli, first.RefreshToken.Compact, Cancellation);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (refreshed.Http.Status, refreshed.Http.Error));
    }

    [Fact]
    public async Task Revoking_an_access_token_does_not_affect_another_one_of_the_same_session()
    {
        var first = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var sibling = await Client.RefreshAsync(DemoClient.Cli, first.RefreshToken.Compact, Cancellation);

        var revocation = await Client.RevokeAsync(DemoClient.Cli, first.AccessToken.Compact, Cancellation);

        Assert.Equal((HttpStatusCode.OK, ""), (revocation.Status, revocation.Text));
        AssertInactive(await IntrospectAsync(first));
        AssertActive(await IntrospectAsync(sibling));
    }

    [Fact]
    public async Task Revoking_a_refresh_token_ends_its_client_session()
    {
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        var revocation = await Client.RevokeAsync(DemoClient.Cli, tokens.RefreshToken.Compact, Cancellation);

        Assert.Equal(HttpStatusCode.OK, revocation.Status);
        AssertInactive(await IntrospectAsync(tokens));
    }

    [Fact]
    public async Task Only_the_client_that_a_token_was_issued_to_may_revoke_it()
    {
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        var revocation = await Client.RevokeAsync(DemoClient.Exchanger, tokens.AccessToken.Compact, Cancellation);

        AssertError(HttpStatusCode.BadRequest, "invalid_request", "Unmatching clients", revocation);
        AssertActive(await IntrospectAsync(tokens));
    }

    [Fact]
    public async Task A_session_that_an_admin_ends_makes_its_tokens_inactive()
    {
        var ended = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var other = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        await Realm.EndSessionAsync(ended.AccessToken.Text("sid")!, Cancellation);

        AssertInactive(await IntrospectAsync(ended));
        AssertActive(await IntrospectAsync(other));
    }

    [Fact]
    public async Task A_logout_by_an_admin_ends_all_sessions_of_the_user_and_none_of_other_users()
    {
        var first = await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation);
        var second = await Client.PasswordAsync(DemoClient.Exchanger, "bob", Cancellation);
        var other = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        await Realm.LogOutUserAsync("bob", Cancellation);

        AssertInactive(await IntrospectAsync(first));
        AssertInactive(await IntrospectAsync(second));
        AssertActive(await IntrospectAsync(other));
    }

    [Fact]
    public async Task A_disabled_users_tokens_are_inactive_until_the_user_is_enabled_again()
    {
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation);

        await Realm.SetUserEnabledAsync("bob", enabled: false, Cancellation);
        try
        {
            AssertInactive(await IntrospectAsync(tokens));
            var refused = await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation);
            AssertError(HttpStatusCode.BadRequest, "invalid_grant", "Account disabled", refused.Http);
        }
        finally
        {
            await Realm.SetUserEnabledAsync("bob", enabled: true, Cancellation);
        }

        AssertActive(await IntrospectAsync(tokens));
    }

    [Fact]
    public async Task Tokens_older_than_the_realms_not_before_are_inactive_and_the_others_are_not()
    {
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var issued = tokens.AccessToken.Number("iat");

        try
        {
            await Realm.SetNotBeforeAsync(issued + 1, Cancellation);
            AssertInactive(await IntrospectAsync(tokens));
            await Realm.SetNotBeforeAsync(issued, Cancellation);
            AssertActive(await IntrospectAsync(tokens));
        }
        finally
        {
            await Realm.SetNotBeforeAsync(0, Cancellation);
        }
    }

    private Task<HttpAnswer> IntrospectAsync(TokenAnswer tokens) =>
        Client.IntrospectAsync(DemoClient.OrdersApi, tokens.AccessToken.Compact, Cancellation);
}
