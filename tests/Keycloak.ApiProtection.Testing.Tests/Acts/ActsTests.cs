using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Acts;

/// <summary>Each act has its effect, and nothing else has.</summary>
public sealed class ActsTests : IAsyncLifetime
{
    private KeycloakRealm _realm = null!;
    private RealmCaller _caller = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _realm = await KeycloakRealm.StartAsync(new() { InMemory = true }, Cancellation);
        _caller = new RealmCaller(_realm);
    }

    public async ValueTask DisposeAsync()
    {
        _caller.Dispose();
        await _realm.DisposeAsync();
    }

    [Fact]
    public async Task Rotated_keys_sign_and_the_old_ones_stay_until_they_are_removed()
    {
        var old = _realm.Token("alice").Create();
        _realm.RotateKeys(keepOldKeys: true);
        var young = _realm.Token("alice").Create();

        Assert.NotEqual((string?)Decoded.Of(old).Header["kid"], (string?)Decoded.Of(young).Header["kid"]);
        Assert.Equal(10, await KeyCountAsync());
        Assert.True(await PublicKeys.VerifyAsync(_caller, old));
        Assert.True(await _caller.IsActiveAsync(old));
        Assert.True(await _caller.IsActiveAsync(young));

        _realm.RemovePassiveKeys();
        Assert.Equal(5, await KeyCountAsync());
        Assert.False(await PublicKeys.VerifyAsync(_caller, old));
        Assert.False(await _caller.IsActiveAsync(old));
        Assert.True(await _caller.IsActiveAsync(young));
    }

    [Fact]
    public async Task Keys_rotated_away_are_gone_at_once_and_refresh_tokens_live_on()
    {
        var old = _realm.Token("alice").Create();
        var refresh = _realm.Token("alice").OfKind(TokenKind.Refresh).Create();

        _realm.RotateKeys(keepOldKeys: false);

        Assert.Equal(5, await KeyCountAsync());
        Assert.False(await _caller.IsActiveAsync(old));
        Assert.Equal(200, (await _caller.RefreshAsync("cli", refresh)).Status);
    }

    [Fact]
    public async Task One_algorithms_key_can_be_rotated_and_one_key_disabled()
    {
        var old = _realm.Token("alice").Create();
        var kid = _realm.RotateKey("RS256");

        Assert.Equal(6, await KeyCountAsync());
        Assert.Equal(kid, (string?)Decoded.Of(_realm.Token("alice").Create()).Header["kid"]);
        Assert.True(_realm.DisableKey((string)Decoded.Of(old).Header["kid"]!));
        Assert.False(_realm.DisableKey("no such key"));
        Assert.False(await _caller.IsActiveAsync(old));
        Assert.Equal(5, await KeyCountAsync());

        Assert.True(_realm.DisableKey(kid));
        Assert.True(await _caller.IsActiveAsync(_realm.Token("alice").Create()));
        Assert.Throws<NotSupportedException>(() => _realm.RotateKey("nonsense"));
    }

    [Fact]
    public async Task A_disabled_user_is_locked_out_until_enabled_again()
    {
        var answer = await _caller.PasswordAsync("cli", "bob");

        _realm.DisableUser("bob");
        Assert.False(await _caller.IsActiveAsync(answer.AccessToken));
        Assert.Equal("Account disabled", (await _caller.PasswordAsync("cli", "bob")).Description);
        Assert.Equal("User disabled", (await _caller.RefreshAsync("cli", answer.RefreshToken)).Description);
        Assert.True(await _caller.IsActiveAsync(_realm.Token("alice").Create()));

        _realm.EnableUser("bob");
        Assert.True(await _caller.IsActiveAsync(answer.AccessToken));
    }

    [Fact]
    public async Task A_deleted_user_is_gone_with_all_sessions_and_one_added_can_log_in()
    {
        _realm.AddUser("dora", "dora");
        Assert.Throws<ArgumentException>(() => _realm.AddUser("dora", "other"));
        var answer = await _caller.PasswordAsync("cli", "dora");
        var offline = _realm.Token("dora").WithScope("offline_access").Create();
        Assert.True(await _caller.IsActiveAsync(answer.AccessToken));
        Assert.True(await _caller.IsActiveAsync(offline));

        _realm.DeleteUser("dora");

        Assert.False(await _caller.IsActiveAsync(answer.AccessToken));
        Assert.False(await _caller.IsActiveAsync(offline));
        Assert.Equal("Invalid user credentials", (await _caller.PasswordAsync("cli", "dora")).Description);
        Assert.True(await _caller.IsActiveAsync(_realm.Token("alice").Create()));
        Assert.Throws<ArgumentException>(() => _realm.DeleteUser("dora"));

        // Who comes after her under her name is somebody else.
        _realm.AddUser("dora", "dora");
        Assert.False(await _caller.IsActiveAsync(answer.AccessToken));
        Assert.True(await _caller.IsActiveAsync((await _caller.PasswordAsync("cli", "dora")).AccessToken));
    }

    [Fact]
    public async Task A_session_older_than_the_realm_allows_has_expired_and_is_back_when_more_is_allowed()
    {
        var clock = new TestClock();
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, TimeProvider = clock }, Cancellation);
        using var caller = new RealmCaller(realm);
        var token = realm.Token("alice").Create();
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(await caller.IsActiveAsync(token));

        realm.SetSessionMax(TimeSpan.FromSeconds(10));
        Assert.False(await caller.IsActiveAsync(token));
        Assert.True(await caller.IsActiveAsync(realm.Token("alice").Create()));

        realm.SetSessionMax(TimeSpan.FromSeconds(11));
        Assert.True(await caller.IsActiveAsync(token));
        Assert.Throws<ArgumentOutOfRangeException>(() => realm.SetSessionMax(TimeSpan.Zero));
    }

    [Fact]
    public async Task An_ended_session_ends_its_tokens_only()
    {
        var first = _realm.Token("alice").Create();
        var second = _realm.Token("alice").Create();

        Assert.True(_realm.EndSession(Decoded.Of(first)["sid"]!));
        Assert.False(_realm.EndSession(Decoded.Of(first)["sid"]!));

        Assert.False(await _caller.IsActiveAsync(first));
        Assert.True(await _caller.IsActiveAsync(second));
    }

    [Fact]
    public async Task Logging_a_user_out_ends_all_sessions_but_offline_ones_and_nobody_elses()
    {
        string[] alices = [_realm.Token("alice").Create(), _realm.Token("alice").For("es256").Create()];
        var offline = _realm.Token("alice").WithScope("offline_access").Create();
        var bob = _realm.Token("bob").Create();

        Assert.Equal(2, _realm.LogOut("alice"));

        Assert.False(await _caller.IsActiveAsync(alices[0]));
        Assert.False(await _caller.IsActiveAsync(alices[1]));
        Assert.True(await _caller.IsActiveAsync(offline));
        Assert.True(await _caller.IsActiveAsync(bob));
    }

    [Fact]
    public async Task A_withdrawn_consent_ends_one_client_and_the_session_lives_on()
    {
        var cli = _realm.Token("alice").For("cli").Create();
        var other = _realm.Token("alice").For("es256").InSession(Decoded.Of(cli)["sid"]!).Create();

        _realm.WithdrawConsent("alice", "cli");

        Assert.False(await _caller.IsActiveAsync(cli));
        Assert.True(await _caller.IsActiveAsync(other));
    }

    [Fact]
    public async Task A_not_before_mark_ends_older_tokens_of_the_realm_or_of_one_client()
    {
        var clock = new TestClock();
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, TimeProvider = clock }, Cancellation);
        using var caller = new RealmCaller(realm);
        var cli = realm.Token("alice").For("cli").Create();
        var other = realm.Token("alice").For("es256").Create();
        clock.Advance(TimeSpan.FromSeconds(2));

        realm.SetNotBefore(clock.GetUtcNow(), "cli");
        Assert.False(await caller.IsActiveAsync(cli));
        Assert.True(await caller.IsActiveAsync(other));
        Assert.True(await caller.IsActiveAsync(realm.Token("alice").For("cli").Create()));

        realm.SetNotBefore(clock.GetUtcNow());
        Assert.False(await caller.IsActiveAsync(other));
        Assert.Equal(clock.GetUtcNow().ToUnixTimeSeconds(), (long)(await caller.PasswordAsync("cli", "alice")).Json["not-before-policy"]!);
    }

    [Fact]
    public async Task Signing_all_out_ends_every_token_that_is_older_than_this_second()
    {
        var clock = new TestClock();
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, TimeProvider = clock }, Cancellation);
        using var caller = new RealmCaller(realm);
        string[] old = [realm.Token("alice").Create(), realm.TokenForServiceAccount("batch").Create(), realm.Token("bob").WithScope("offline_access").Create()];
        clock.Advance(TimeSpan.FromSeconds(1));

        realm.SignOutAll();

        foreach (var token in old)
        {
            Assert.False(await caller.IsActiveAsync(token));
        }

        Assert.True(await caller.IsActiveAsync(realm.Token("alice").Create()));
    }

    [Fact]
    public async Task Roles_can_be_given_and_taken_and_introspection_knows_the_new_ones()
    {
        var old = _realm.Token("bob").Create();

        _realm.AssignRole("bob", "writer", "orders-api");
        _realm.AssignRole("bob", "admin");
        _realm.UnassignRole("bob", "reader", "orders-api");

        var young = Decoded.Of(_realm.Token("bob").Create());
        Assert.Equal(["writer"], young.Roles("orders-api"));
        Assert.Contains("admin", young.RealmRoles);
        var introspection = (await _caller.IntrospectAsync("orders-api", old)).Json;
        Assert.Equal("""{"roles":["writer"]}""", introspection["resource_access"]!["orders-api"]!.ToJsonString());
    }

    [Fact]
    public void A_clients_attribute_changes_its_next_token()
    {
        _realm.SetClientAttribute("cli", "access.token.signed.response.alg", "ES256");
        _realm.SetClientAttribute("cli", "access.token.lifespan", "60");
        _realm.SetClientAttribute("cli", "token.response.type.bearer.lower-case", "true");
        var token = Decoded.Of(_realm.Token("alice").For("cli").Create());
        Assert.Equal(("ES256", 60, "bearer"), ((string?)token.Header["alg"], token.Number("exp") - token.Number("iat"), token["typ"]));

        _realm.SetClientAttribute("cli", "access.token.signed.response.alg", null);
        Assert.Equal("RS256", (string?)Decoded.Of(_realm.Token("alice").For("cli").Create()).Header["alg"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_realm_that_is_down_breaks_connections_and_comes_back_as_it_was(bool inMemory)
    {
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = inMemory }, Cancellation);
        using var caller = new RealmCaller(realm);
        var keys = (await caller.KeysAsync()).Text;

        realm.GoDown();
        await Assert.ThrowsAsync<HttpRequestException>(() => caller.KeysAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => caller.DiscoverAsync());

        realm.ComeBack();
        Assert.Equal(keys, (await caller.KeysAsync()).Text);
    }

    [Fact]
    public async Task Slow_answers_take_as_long_as_the_realms_clock_says()
    {
        var clock = new TestClock();
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, TimeProvider = clock }, Cancellation);
        using var caller = new RealmCaller(realm);
        realm.AnswerSlowly(TimeSpan.FromSeconds(5), RealmEndpoint.Jwks);

        var slow = caller.KeysAsync();
        Assert.Equal(200, (await caller.DiscoverAsync()).Status);
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(slow.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await slow).Status);

        realm.AnswerNormally();
        Assert.Equal(200, (await caller.KeysAsync()).Status);
    }

    [Fact]
    public async Task Held_answers_wait_until_they_are_let_go()
    {
        Task<Exchange> held;
        using (_realm.HoldAnswers(RealmEndpoint.Jwks))
        {
            held = _caller.KeysAsync();
            await _realm.Requests.WaitForAsync(RealmEndpoint.Jwks, 1, Cancellation);
            Assert.Equal(200, (await _caller.DiscoverAsync()).Status);
            Assert.False(held.IsCompleted);
        }

        Assert.Equal(200, (await held).Status);
    }

    [Theory]
    [InlineData(WrongAnswer.Html, 200, "<!DOCTYPE html>")]
    [InlineData(WrongAnswer.Empty, 200, "")]
    [InlineData(WrongAnswer.BrokenJson, 200, "{\"keys\":[")]
    [InlineData(WrongAnswer.JsonArray, 200, "[1, 2, 3]")]
    [InlineData(WrongAnswer.Redirect, 302, "")]
    [InlineData(WrongAnswer.NotFound, 404, "{\"error\":\"Realm does not exist\"}")]
    [InlineData(WrongAnswer.TooManyRequests, 429, "Too many requests")]
    [InlineData(WrongAnswer.ServerError, 500, "{\"error\":\"unknown_error\"")]
    [InlineData(WrongAnswer.ServiceUnavailable, 503, "<html>")]
    [InlineData(WrongAnswer.NoKeys, 200, "{\"keys\":[]}")]
    public async Task A_wrong_answer_is_wrong_in_its_own_way_and_only_where_asked_for(WrongAnswer wrong, int status, string start)
    {
        _realm.AnswerWrongly(wrong, RealmEndpoint.Jwks);

        var answer = await _caller.KeysAsync();
        Assert.Equal(status, answer.Status);
        Assert.StartsWith(start, answer.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await _caller.DiscoverAsync()).Status);

        _realm.AnswerNormally();
        Assert.Equal(5, await KeyCountAsync());
    }

    [Fact]
    public async Task A_cut_JSON_is_no_JSON_and_a_huge_one_is_right_but_for_its_size()
    {
        _realm.AnswerWrongly(WrongAnswer.BrokenJson);
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => System.Text.Json.Nodes.JsonNode.Parse(_caller.KeysAsync().GetAwaiter().GetResult().Text));

        _realm.AnswerWrongly(WrongAnswer.Huge);
        var huge = await _caller.KeysAsync();
        Assert.True(huge.Text.Length > 10 * 1024 * 1024);
        Assert.Equal(5, huge.Json["keys"]!.AsArray().Count);
    }

    [Fact]
    public async Task Foreign_documents_are_well_formed_and_not_ours()
    {
        _realm.AnswerWrongly(WrongAnswer.ForeignIssuer);
        Assert.Equal("https://elsewhere.example/realms/demo", (string?)(await _caller.DiscoverAsync()).Json["issuer"]);
        Assert.Equal(5, await KeyCountAsync());

        _realm.AnswerWrongly(WrongAnswer.ForeignAddresses);
        var moved = (await _caller.DiscoverAsync()).Json;
        Assert.Equal((_realm.Issuer, "https://elsewhere.invalid/protocol/openid-connect/certs"), ((string?)moved["issuer"], (string?)moved["jwks_uri"]));

        _realm.AnswerWrongly(WrongAnswer.OnlyEncryptionKeys);
        Assert.Equal(["enc"], (await _caller.KeysAsync()).Json["keys"]!.AsArray().Select(key => (string)key!["use"]!));

        var token = _realm.Token("alice").Create();
        _realm.AnswerWrongly(WrongAnswer.ForeignKeys);
        Assert.Equal(5, await KeyCountAsync());
        Assert.False(await PublicKeys.VerifyAsync(_caller, token));
        _realm.AnswerNormally();
        Assert.True(await PublicKeys.VerifyAsync(_caller, token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cut_connection_is_an_error_of_the_client(bool inMemory)
    {
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = inMemory }, Cancellation);
        using var caller = new RealmCaller(realm);
        realm.AnswerWrongly(WrongAnswer.CutOff, RealmEndpoint.Jwks);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => caller.KeysAsync());
    }

    [Fact]
    public async Task Requests_are_counted_by_endpoint_and_can_be_waited_for()
    {
        await _caller.DiscoverAsync();
        await _caller.KeysAsync();
        await _caller.KeysAsync();
        var token = (await _caller.PasswordAsync("cli", "alice")).AccessToken;
        await _caller.IntrospectAsync("orders-api", token);
        await _caller.UserInfoAsync(token);
        await _caller.RevokeAsync("cli", token);
        await _caller.LogoutAsync("cli", "x");
        await _caller.SendAsync(HttpMethod.Get, "http://localhost/nope");

        var requests = _realm.Requests;
        Assert.Equal((1, 2, 1, 1, 1, 1, 1, 9), (requests.Discovery, requests.Jwks, requests.Token, requests.Introspection, requests.UserInfo, requests.Revocation, requests.Logout, requests.Total));
        Assert.Equal(3, requests[RealmEndpoint.Discovery | RealmEndpoint.Jwks]);

        requests.Reset();
        var waiting = requests.WaitForAsync(RealmEndpoint.Jwks, 2, Cancellation);
        await _caller.KeysAsync();
        Assert.False(waiting.IsCompleted);
        await _caller.KeysAsync();
        await waiting;
    }

    private async Task<int> KeyCountAsync() => (await _caller.KeysAsync()).Json["keys"]!.AsArray().Count;
}
