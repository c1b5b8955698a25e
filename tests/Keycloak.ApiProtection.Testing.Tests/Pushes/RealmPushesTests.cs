using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Pushes;

/// <summary>What the realm sends by itself, held against what a Keycloak 26.7.3 sent.</summary>
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
    public async Task A_logout_is_told_to_the_clients_of_the_session_that_have_a_URL()
    {
        _realm.SetBackchannelLogoutUrl("cli", LogoutUrl);
        _realm.SetBackchannelLogoutUrl("spa", LogoutUrl);
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
    public async Task Without_the_session_the_user_is_named_and_offline_sessions_are_told_of()
    {
        _realm.SetBackchannelLogoutUrl("cli", LogoutUrl, sessionRequired: false, revokeOfflineSessions: true);
        await _caller.PasswordAsync("cli", "alice");

        Assert.Equal(1, _realm.LogOut("alice"));

        AssertLikeCaptured("push-backchannel-logout-without-sid-revoke-offline", Assert.Single(_receiver.Received));
    }

    [Fact]
    public async Task Each_session_is_told_of_when_an_admin_ends_it_or_logs_the_user_out()
    {
        _realm.SetBackchannelLogoutUrl("cli", LogoutUrl);
        var first = Decoded.Of((await _caller.PasswordAsync("cli", "alice")).AccessToken)["sid"]!;
        await _caller.PasswordAsync("cli", "alice");
        await _caller.PasswordAsync("cli", "alice");
        await _caller.PasswordAsync("cli", "bob");

        Assert.True(_realm.EndSession(first));
        AssertLikeCaptured("push-backchannel-logout-admin-ends-session", Assert.Single(_receiver.Received));
        Assert.False(_realm.EndSession(first));
        Assert.Equal(2, _realm.LogOut("alice"));
        Assert.Equal(3, _receiver.Received.Count);
        Assert.Equal(3, _receiver.Received.Select(push => Decoded.Of(push.Token)["sid"]).Distinct().Count());
    }

    [Fact]
    public async Task A_withdrawn_consent_is_told_to_that_client_with_the_sessions_id()
    {
        _realm.SetBackchannelLogoutUrl("cli", LogoutUrl);
        _realm.SetBackchannelLogoutUrl("spa", LogoutUrl);
        var session = Decoded.Of((await _caller.PasswordAsync("cli", "alice")).AccessToken)["sid"]!;

        _realm.WithdrawConsent("alice", "spa");
        Assert.Empty(_receiver.Received);
        _realm.WithdrawConsent("alice", "cli");

        Assert.Equal(("cli", session), (Decoded.Of(Assert.Single(_receiver.Received).Token)["aud"], Decoded.Of(_receiver.Received[0].Token)["sid"]));
    }

    [Fact]
    public async Task Signing_all_out_is_pushed_to_admin_URLs_and_no_logout_is_told()
    {
        _realm.SetBackchannelLogoutUrl("cli", LogoutUrl);
        _realm.SetAdminUrl("orders-api", AdminUrl);
        await _caller.PasswordAsync("cli", "alice");

        _realm.SignOutAll();

        AssertLikeCaptured("push-k_logout-realm-sign-out", Assert.Single(_receiver.Received));
    }

    [Fact]
    public void A_not_before_is_pushed_from_the_realms_page_and_a_clients_own_from_the_clients()
    {
        _realm.SetAdminUrl("orders-api", AdminUrl);
        _realm.SetNotBefore(DateTimeOffset.FromUnixTimeSeconds(1_795_220_968));

        _realm.PushNotBefore();
        AssertLikeCaptured("push-k_push_not_before-realm", _receiver.Received[0]);
        Assert.Equal(1_795_220_968, Decoded.Of(_receiver.Received[0].Token).Number("notBefore"));
        _realm.PushNotBefore("orders-api");
        AssertLikeCaptured("push-k_push_not_before-client-without-its-own", _receiver.Received[1]);
        Assert.Equal(0, Decoded.Of(_receiver.Received[1].Token).Number("notBefore"));
        _realm.SetNotBefore(DateTimeOffset.FromUnixTimeSeconds(7), "orders-api");
        _realm.PushNotBefore("orders-api");
        Assert.Equal(7, Decoded.Of(_receiver.Received[2].Token).Number("notBefore"));
        _realm.PushNotBefore("cli");
        Assert.Equal(3, _receiver.Received.Count);
    }

    [Fact]
    public async Task An_act_counts_though_nobody_listens()
    {
        _realm.SetBackchannelLogoutUrl("cli", LogoutUrl);
        _receiver.Answer = null;
        var token = (await _caller.PasswordAsync("cli", "alice")).AccessToken;

        _realm.LogOut("alice");

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
