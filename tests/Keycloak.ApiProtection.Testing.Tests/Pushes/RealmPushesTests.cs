using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Pushes;

/// <summary>Compares the requests that the realm sends to clients with those of a Keycloak 26.7.3.</summary>
public sealed class RealmPushesTests : IAsyncLifetime
{
    private static readonly Uri LogoutUrl = new("https://api.example/backchannel");
    private static readonly Uri AdminUrl = new("https://api.example/admin");

    private readonly PushReceiver _receiver = new();
    private KeycloakRealm _realm = null!;
    private RealmCaller _caller = null!;

    public async ValueTask InitializeAsync()
    {
        _realm = await KeycloakRealm.StartAsync(new() { InMemory = true }, TestContext.Current.CancellationToken);
        _caller = new RealmCaller(_realm);
        _realm.PushThrough(_receiver);
    }

    public async ValueTask DisposeAsync()
    {
        _caller.Dispose();
        await _realm.DisposeAsync();
        _receiver.Dispose();
    }

    [Fact]
    public async Task A_logout_notifies_the_clients_of_the_session_that_have_a_URL()
    {
        _realm.Clients.SetBackchannelLogoutUrl("cli", LogoutUrl);
        _realm.Clients.SetBackchannelLogoutUrl("spa", LogoutUrl);
        var tokens = await _caller.PasswordAsync("cli", "alice");
        var session = Decoded.Of(tokens.AccessToken)["sid"]!;

        await _caller.LogoutAsync("cli", tokens.RefreshToken);

        AssertLikeCaptured("push-backchannel-logout-with-sid", Assert.Single(_receiver.Received));
        var logout = Decoded.Of(_receiver.Received[0].Token);
        Assert.Equal(("cli", session, _realm.UserId("alice"), _realm.Issuer), (logout["aud"], logout["sid"], logout["sub"], logout["iss"]));
        Assert.Equal(120, logout.Number("exp") - logout.Number("iat"));
        Assert.Equal(new KeycloakPush("cli", LogoutUrl, 200), Assert.Single(_realm.Pushes));
        Assert.True(await PublicKeys.VerifyAsync(_caller, _receiver.Received[0].Token));
    }

    [Fact]
    public async Task A_logout_token_can_omit_the_session_id_and_revoke_offline_sessions()
    {
        _realm.Clients.SetBackchannelLogoutUrl("cli", LogoutUrl, sessionRequired: false, revokeOfflineSessions: true);
        await _caller.PasswordAsync("cli", "alice");

        Assert.Equal(1, _realm.Sessions.LogOut("alice"));

        AssertLikeCaptured("push-backchannel-logout-without-sid-revoke-offline", Assert.Single(_receiver.Received));
    }

    [Fact]
    public async Task A_logout_token_is_sent_for_each_session_that_an_admin_ends()
    {
        _realm.Clients.SetBackchannelLogoutUrl("cli", LogoutUrl);
        var first = Decoded.Of((await _caller.PasswordAsync("cli", "alice")).AccessToken)["sid"]!;
        await _caller.PasswordAsync("cli", "alice");
        await _caller.PasswordAsync("cli", "alice");
        await _caller.PasswordAsync("cli", "bob");

        Assert.True(_realm.Sessions.End(first));
        AssertLikeCaptured("push-backchannel-logout-admin-ends-session", Assert.Single(_receiver.Received));
        Assert.False(_realm.Sessions.End(first));
        Assert.Equal(2, _realm.Sessions.LogOut("alice"));
        Assert.Equal(3, _receiver.Received.Count);
        Assert.Equal(3, _receiver.Received.Select(push => Decoded.Of(push.Token)["sid"]).Distinct().Count());
    }

    [Fact]
    public async Task Withdrawing_consent_notifies_that_client_with_the_session_id()
    {
        _realm.Clients.SetBackchannelLogoutUrl("cli", LogoutUrl);
        _realm.Clients.SetBackchannelLogoutUrl("spa", LogoutUrl);
        var session = Decoded.Of((await _caller.PasswordAsync("cli", "alice")).AccessToken)["sid"]!;

        _realm.Sessions.WithdrawConsent("alice", "spa");
        Assert.Empty(_receiver.Received);
        _realm.Sessions.WithdrawConsent("alice", "cli");

        var logout = Decoded.Of(Assert.Single(_receiver.Received).Token);
        Assert.Equal(("cli", session), (logout["aud"], logout["sid"]));
    }

    [Fact]
    public async Task Signing_out_all_users_notifies_admin_URLs_and_sends_no_logout_token()
    {
        _realm.Clients.SetBackchannelLogoutUrl("cli", LogoutUrl);
        _realm.Clients.SetAdminUrl("orders-api", AdminUrl);
        await _caller.PasswordAsync("cli", "alice");

        _realm.Sessions.SignOutAll();

        AssertLikeCaptured("push-k_logout-realm-sign-out", Assert.Single(_receiver.Received));
    }

    [Fact]
    public void The_not_before_time_of_the_realm_or_of_one_client_can_be_pushed()
    {
        _realm.Clients.SetAdminUrl("orders-api", AdminUrl);
        _realm.Sessions.SetNotBefore(DateTimeOffset.FromUnixTimeSeconds(1_795_220_968));

        _realm.Sessions.PushNotBefore();
        AssertLikeCaptured("push-k_push_not_before-realm", _receiver.Received[0]);
        Assert.Equal(1_795_220_968, Decoded.Of(_receiver.Received[0].Token).Number("notBefore"));
        _realm.Sessions.PushNotBefore("orders-api");
        AssertLikeCaptured("push-k_push_not_before-client-without-its-own", _receiver.Received[1]);
        Assert.Equal(0, Decoded.Of(_receiver.Received[1].Token).Number("notBefore"));
        _realm.Sessions.SetNotBefore(DateTimeOffset.FromUnixTimeSeconds(7), "orders-api");
        _realm.Sessions.PushNotBefore("orders-api");
        Assert.Equal(7, Decoded.Of(_receiver.Received[2].Token).Number("notBefore"));
        _realm.Sessions.PushNotBefore("cli");
        Assert.Equal(3, _receiver.Received.Count);
    }

    [Fact]
    public async Task An_operation_takes_effect_even_if_its_notification_fails()
    {
        _realm.Clients.SetBackchannelLogoutUrl("cli", LogoutUrl);
        _receiver.Answer = null;
        var token = (await _caller.PasswordAsync("cli", "alice")).AccessToken;

        _realm.Sessions.LogOut("alice");

        Assert.Equal(new KeycloakPush("cli", LogoutUrl, null), Assert.Single(_realm.Pushes));
        Assert.False(await _caller.IsActiveAsync(token));
    }

    private static void AssertLikeCaptured(string name, (Uri Url, string ContentType, string Token) push)
    {
        var captured = Capture.Read(name).Body![0]!;
        Assert.EndsWith((string)captured["path"]!, push.Url.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(((string)captured["contentType"]!).ToUpperInvariant(), push.ContentType.ToUpperInvariant());
        var sent = Decoded.Of(push.Token);
        var expected = captured["decoded"]!;
        Assert.Equal((string?)expected["header"]!["typ"], (string?)sent.Header["typ"]);
        Assert.Equal(expected["payload"]!.AsObject().Select(claim => claim.Key), sent.Claims.Select(claim => claim.Key));
        Assert.Equal(expected["payload"]!["events"]?.ToJsonString(), sent.Claims["events"]?.ToJsonString());
        Assert.Equal((string?)expected["payload"]!["action"], sent["action"]);
        Assert.Equal((string?)expected["payload"]!["resource"], sent["resource"]);
    }
}
