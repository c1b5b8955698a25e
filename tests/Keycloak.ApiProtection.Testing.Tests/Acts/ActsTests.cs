using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Acts;

/// <summary>Operations on the realm: each has its effect and no other.</summary>
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
    public async Task New_keys_sign_after_a_rotation_and_old_keys_stay_until_they_are_removed()
    {
        var old = _realm.Token("alice").Create();
        _realm.Keys.Rotate(keepOldKeys: true);
        var fresh = _realm.Token("alice").Create();

        Assert.NotEqual((string?)Decoded.Of(old).Header["kid"], (string?)Decoded.Of(fresh).Header["kid"]);
        Assert.Equal(10, await KeyCountAsync());
        Assert.True(await PublicKeys.VerifyAsync(_caller, old));
        Assert.True(await _caller.IsActiveAsync(old));
        Assert.True(await _caller.IsActiveAsync(fresh));

        _realm.Keys.RemovePassive();
        Assert.Equal(5, await KeyCountAsync());
        Assert.False(await PublicKeys.VerifyAsync(_caller, old));
        Assert.False(await _caller.IsActiveAsync(old));
        Assert.True(await _caller.IsActiveAsync(fresh));
    }

    [Fact]
    public async Task A_rotation_can_remove_old_keys_immediately_and_refresh_tokens_stay_valid()
    {
        var old = _realm.Token("alice").Create();
        var refresh = _realm.Token("alice").OfKind(TokenKind.Refresh).Create();

        _realm.Keys.Rotate(keepOldKeys: false);

        Assert.Equal(5, await KeyCountAsync());
        Assert.False(await _caller.IsActiveAsync(old));
        Assert.Equal(200, (await _caller.RefreshAsync("cli", refresh)).Status);
    }

    [Fact]
    public async Task The_key_of_one_algorithm_can_be_rotated_and_one_key_can_be_disabled()
    {
        var old = _realm.Token("alice").Create();
        var kid = _realm.Keys.Rotate("RS256");

        Assert.Equal(6, await KeyCountAsync());
        Assert.Equal(kid, (string?)Decoded.Of(_realm.Token("alice").Create()).Header["kid"]);
        Assert.True(_realm.Keys.Disable((string)Decoded.Of(old).Header["kid"]!));
        Assert.False(_realm.Keys.Disable("no such key"));
        Assert.False(await _caller.IsActiveAsync(old));
        Assert.Equal(5, await KeyCountAsync());

        Assert.True(_realm.Keys.Disable(kid));
        Assert.True(await _caller.IsActiveAsync(_realm.Token("alice").Create()));
        Assert.Throws<NotSupportedException>(() => _realm.Keys.Rotate("nonsense"));
    }

    [Fact]
    public async Task A_disabled_user_has_no_access_until_enabled_again()
    {
        var answer = await _caller.PasswordAsync("cli", "bob");

        _realm.Users.Disable("bob");
        Assert.False(await _caller.IsActiveAsync(answer.AccessToken));
        Assert.Equal("Account disabled", (await _caller.PasswordAsync("cli", "bob")).Description);
        Assert.Equal("User disabled", (await _caller.RefreshAsync("cli", answer.RefreshToken)).Description);
        Assert.True(await _caller.IsActiveAsync(_realm.Token("alice").Create()));

        _realm.Users.Enable("bob");
        Assert.True(await _caller.IsActiveAsync(answer.AccessToken));
    }

    [Fact]
    public async Task Deleting_a_user_ends_all_sessions_and_an_added_user_can_log_in()
    {
        _realm.Users.Add("dora", "dora");
        Assert.Throws<ArgumentException>(() => _realm.Users.Add("dora", "other"));
        var answer = await _caller.PasswordAsync("cli", "dora");
        var offline = _realm.Token("dora").WithScope("offline_access").Create();
        Assert.True(await _caller.IsActiveAsync(answer.AccessToken));
        Assert.True(await _caller.IsActiveAsync(offline));

        _realm.Users.Delete("dora");

        Assert.False(await _caller.IsActiveAsync(answer.AccessToken));
        Assert.False(await _caller.IsActiveAsync(offline));
        Assert.Equal("Invalid user credentials", (await _caller.PasswordAsync("cli", "dora")).Description);
        Assert.True(await _caller.IsActiveAsync(_realm.Token("alice").Create()));
        Assert.Throws<ArgumentException>(() => _realm.Users.Delete("dora"));

        // A new user with the same name is a different user.
        _realm.Users.Add("dora", "dora");
        Assert.False(await _caller.IsActiveAsync(answer.AccessToken));
        Assert.True(await _caller.IsActiveAsync((await _caller.PasswordAsync("cli", "dora")).AccessToken));
    }

    [Fact]
    public async Task A_session_expires_at_its_maximum_lifetime_and_is_live_again_if_the_maximum_is_raised()
    {
        var clock = new TestClock();
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, TimeProvider = clock }, Cancellation);
        using var caller = new RealmCaller(realm);
        var token = realm.Token("alice").Create();
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(await caller.IsActiveAsync(token));

        realm.Sessions.SetMax(TimeSpan.FromSeconds(10));
        Assert.False(await caller.IsActiveAsync(token));
        Assert.True(await caller.IsActiveAsync(realm.Token("alice").Create()));

        realm.Sessions.SetMax(TimeSpan.FromSeconds(11));
        Assert.True(await caller.IsActiveAsync(token));
        Assert.Throws<ArgumentOutOfRangeException>(() => realm.Sessions.SetMax(TimeSpan.Zero));
    }

    [Fact]
    public async Task Ending_a_session_makes_only_its_own_tokens_inactive()
    {
        var first = _realm.Token("alice").Create();
        var second = _realm.Token("alice").Create();

        Assert.True(_realm.Sessions.End(Decoded.Of(first)["sid"]!));
        Assert.False(_realm.Sessions.End(Decoded.Of(first)["sid"]!));

        Assert.False(await _caller.IsActiveAsync(first));
        Assert.True(await _caller.IsActiveAsync(second));
    }

    [Fact]
    public async Task Logging_a_user_out_ends_only_the_online_sessions_of_that_user()
    {
        string[] alices = [_realm.Token("alice").Create(), _realm.Token("alice").For("es256").Create()];
        var offline = _realm.Token("alice").WithScope("offline_access").Create();
        var bob = _realm.Token("bob").Create();

        Assert.Equal(2, _realm.Sessions.LogOut("alice"));

        Assert.False(await _caller.IsActiveAsync(alices[0]));
        Assert.False(await _caller.IsActiveAsync(alices[1]));
        Assert.True(await _caller.IsActiveAsync(offline));
        Assert.True(await _caller.IsActiveAsync(bob));
    }

    [Fact]
    public async Task Withdrawing_consent_removes_one_client_and_the_session_continues()
    {
        var cli = _realm.Token("alice").For("cli").Create();
        var other = _realm.Token("alice").For("es256").InSession(Decoded.Of(cli)["sid"]!).Create();

        _realm.Sessions.WithdrawConsent("alice", "cli");

        Assert.False(await _caller.IsActiveAsync(cli));
        Assert.True(await _caller.IsActiveAsync(other));
    }

    [Fact]
    public async Task A_not_before_time_makes_older_tokens_of_the_realm_or_of_one_client_inactive()
    {
        var clock = new TestClock();
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, TimeProvider = clock }, Cancellation);
        using var caller = new RealmCaller(realm);
        var cli = realm.Token("alice").For("cli").Create();
        var other = realm.Token("alice").For("es256").Create();
        clock.Advance(TimeSpan.FromSeconds(2));

        realm.Sessions.SetNotBefore(clock.GetUtcNow(), "cli");
        Assert.False(await caller.IsActiveAsync(cli));
        Assert.True(await caller.IsActiveAsync(other));
        Assert.True(await caller.IsActiveAsync(realm.Token("alice").For("cli").Create()));

        realm.Sessions.SetNotBefore(clock.GetUtcNow());
        Assert.False(await caller.IsActiveAsync(other));
        Assert.Equal(clock.GetUtcNow().ToUnixTimeSeconds(), (long)(await caller.PasswordAsync("cli", "alice")).Json["not-before-policy"]!);
    }

    [Fact]
    public async Task Signing_out_all_users_makes_tokens_from_before_the_current_second_inactive()
    {
        var clock = new TestClock();
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, TimeProvider = clock }, Cancellation);
        using var caller = new RealmCaller(realm);
        string[] old =
        [
            realm.Token("alice").Create(),
            realm.TokenForServiceAccount("batch").Create(),
            realm.Token("bob").WithScope("offline_access").Create(),
        ];
        clock.Advance(TimeSpan.FromSeconds(1));

        realm.Sessions.SignOutAll();

        foreach (var token in old)
        {
            Assert.False(await caller.IsActiveAsync(token));
        }

        Assert.True(await caller.IsActiveAsync(realm.Token("alice").Create()));
    }

    [Fact]
    public async Task Roles_can_be_assigned_and_unassigned_and_introspection_returns_the_new_roles()
    {
        var old = _realm.Token("bob").Create();

        _realm.Users.AssignRole("bob", "writer", "orders-api");
        _realm.Users.AssignRole("bob", "admin");
        _realm.Users.UnassignRole("bob", "reader", "orders-api");

        var fresh = Decoded.Of(_realm.Token("bob").Create());
        Assert.Equal(["writer"], fresh.Roles("orders-api"));
        Assert.Contains("admin", fresh.RealmRoles);
        var introspection = (await _caller.IntrospectAsync("orders-api", old)).Json;
        Assert.Equal("""{"roles":["writer"]}""", introspection["resource_access"]!["orders-api"]!.ToJsonString());
    }

    [Fact]
    public void An_attribute_of_a_client_affects_its_next_token()
    {
        _realm.Clients.SetAttribute("cli", "access.token.signed.response.alg", "ES256");
        _realm.Clients.SetAttribute("cli", "access.token.lifespan", "60");
        _realm.Clients.SetAttribute("cli", "token.response.type.bearer.lower-case", "true");
        var token = Decoded.Of(_realm.Token("alice").For("cli").Create());
        Assert.Equal(("ES256", 60, "bearer"), ((string?)token.Header["alg"], token.Number("exp") - token.Number("iat"), token["typ"]));

        _realm.Clients.SetAttribute("cli", "access.token.signed.response.alg", null);
        Assert.Equal("RS256", (string?)Decoded.Of(_realm.Token("alice").For("cli").Create()).Header["alg"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_realm_that_is_down_aborts_connections_and_has_the_same_keys_afterwards(bool inMemory)
    {
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = inMemory }, Cancellation);
        using var caller = new RealmCaller(realm);
        var keys = (await caller.KeysAsync()).Text;

        realm.Faults.GoDown();
        await Assert.ThrowsAsync<HttpRequestException>(() => caller.KeysAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => caller.DiscoverAsync());

        realm.Faults.ComeBack();
        Assert.Equal(keys, (await caller.KeysAsync()).Text);
    }

    [Fact]
    public async Task Delayed_responses_use_the_realms_clock()
    {
        var clock = new TestClock();
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, TimeProvider = clock }, Cancellation);
        using var caller = new RealmCaller(realm);
        realm.Faults.AnswerSlowly(TimeSpan.FromSeconds(5), RealmEndpoint.Jwks);

        var slow = caller.KeysAsync();
        Assert.Equal(200, (await caller.DiscoverAsync()).Status);
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(slow.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await slow).Status);

        realm.Faults.AnswerNormally();
        Assert.Equal(200, (await caller.KeysAsync()).Status);
    }

    [Fact]
    public async Task Held_responses_wait_until_they_are_released()
    {
        Task<Exchange> held;
        using (_realm.Faults.HoldAnswers(RealmEndpoint.Jwks))
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
    public async Task Each_incorrect_response_has_its_own_form_and_affects_only_the_selected_endpoint(
        WrongAnswer wrong, int status, string start)
    {
        _realm.Faults.AnswerWrongly(wrong, RealmEndpoint.Jwks);

        var answer = await _caller.KeysAsync();
        Assert.Equal(status, answer.Status);
        Assert.StartsWith(start, answer.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await _caller.DiscoverAsync()).Status);

        _realm.Faults.AnswerNormally();
        Assert.Equal(5, await KeyCountAsync());
    }

    [Fact]
    public async Task Cut_JSON_is_invalid_and_huge_JSON_contains_the_correct_response()
    {
        _realm.Faults.AnswerWrongly(WrongAnswer.BrokenJson);
        var cut = (await _caller.KeysAsync()).Text;
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => System.Text.Json.Nodes.JsonNode.Parse(cut));

        _realm.Faults.AnswerWrongly(WrongAnswer.Huge);
        var huge = await _caller.KeysAsync();
        Assert.True(huge.Text.Length > 10 * 1024 * 1024);
        Assert.Equal(5, huge.Json["keys"]!.AsArray().Count);
    }

    [Fact]
    public async Task Foreign_documents_are_well_formed_and_do_not_belong_to_the_realm()
    {
        _realm.Faults.AnswerWrongly(WrongAnswer.ForeignIssuer);
        Assert.Equal("https://elsewhere.example/realms/demo", (string?)(await _caller.DiscoverAsync()).Json["issuer"]);
        Assert.Equal(5, await KeyCountAsync());

        _realm.Faults.AnswerWrongly(WrongAnswer.ForeignAddresses);
        var moved = (await _caller.DiscoverAsync()).Json;
        Assert.Equal(_realm.Issuer, (string?)moved["issuer"]);
        Assert.Equal("https://elsewhere.invalid/protocol/openid-connect/certs", (string?)moved["jwks_uri"]);

        _realm.Faults.AnswerWrongly(WrongAnswer.OnlyEncryptionKeys);
        Assert.Equal(["enc"], (await _caller.KeysAsync()).Json["keys"]!.AsArray().Select(key => (string)key!["use"]!));

        var token = _realm.Token("alice").Create();
        _realm.Faults.AnswerWrongly(WrongAnswer.ForeignKeys);
        Assert.Equal(5, await KeyCountAsync());
        Assert.False(await PublicKeys.VerifyAsync(_caller, token));
        _realm.Faults.AnswerNormally();
        Assert.True(await PublicKeys.VerifyAsync(_caller, token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_is_closed_in_the_response_is_an_exception_in_the_client(bool inMemory)
    {
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = inMemory }, Cancellation);
        using var caller = new RealmCaller(realm);
        realm.Faults.AnswerWrongly(WrongAnswer.CutOff, RealmEndpoint.Jwks);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => caller.KeysAsync());
    }

    [Fact]
    public async Task Requests_are_counted_per_endpoint_and_a_test_can_wait_for_them()
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
        Assert.Equal(
            (1, 2, 1, 1, 1, 1, 1, 9),
            (
                requests.Discovery,
                requests.Jwks,
                requests.Token,
                requests.Introspection,
                requests.UserInfo,
                requests.Revocation,
                requests.Logout,
                requests.Total));
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
