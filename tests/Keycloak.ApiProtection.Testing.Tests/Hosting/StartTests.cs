using System.Net;
using System.Net.NetworkInformation;
using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Hosting;

/// <summary>Starting a realm, and the cases in which it does not start.</summary>
public sealed class StartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Production")]
    [InlineData("production ")]
    public async Task A_realm_does_not_start_in_Production_and_the_message_contains_the_remedy(string environment)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => KeycloakRealm.StartAsync(new() { InMemory = true, Environment = environment }, Cancellation));

        Assert.Contains("Production", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Keycloak:auth-server-url", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Staging")]
    [InlineData(null)]
    public async Task A_realm_runs_in_every_other_environment(string? environment)
    {
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, Environment = environment }, Cancellation);

        Assert.Equal("demo", realm.Name);
    }

    [Fact]
    public async Task A_realm_logs_a_warning_at_startup()
    {
        var log = new RecordingLogger();
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, Logger = log }, Cancellation);

        var message = Assert.Single(log.Messages);
        Assert.StartsWith("Warning RealmStarted:", message, StringComparison.Ordinal);
        Assert.Contains("for tests and development only", message, StringComparison.Ordinal);
        Assert.Contains(realm.Issuer, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_realm_listens_on_the_loopback_address_only_and_releases_its_port()
    {
        int port;
        await using (var realm = await KeycloakRealm.StartAsync(cancellationToken: Cancellation))
        {
            port = realm.BaseAddress.Port;
            Assert.Equal(("http", "127.0.0.1"), (realm.BaseAddress.Scheme, realm.BaseAddress.Host));
            var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
            var listener = Assert.Single(listeners, listener => listener.Port == port);
            Assert.Equal(IPAddress.Loopback, listener.Address.IsIPv4MappedToIPv6 ? listener.Address.MapToIPv4() : listener.Address);

            var taken = await Assert.ThrowsAsync<InvalidOperationException>(
                () => KeycloakRealm.StartAsync(new() { Port = port }, Cancellation));
            Assert.Contains($"{port}", taken.Message, StringComparison.Ordinal);
        }

        await using var again = await KeycloakRealm.StartAsync(new() { Port = port }, Cancellation);
        Assert.Equal(port, again.BaseAddress.Port);
    }

    [Fact]
    public async Task Several_realms_can_run_and_do_not_accept_each_others_tokens()
    {
        await using var first = await KeycloakRealm.StartAsync(cancellationToken: Cancellation);
        await using var second = await KeycloakRealm.StartAsync(cancellationToken: Cancellation);
        using var firstCaller = new RealmCaller(first);
        using var secondCaller = new RealmCaller(second);
        var token = first.Token("alice").Create();

        Assert.NotEqual(first.Issuer, second.Issuer);
        Assert.True(await firstCaller.IsActiveAsync(token));
        Assert.False(await secondCaller.IsActiveAsync(token));
        Assert.False(await PublicKeys.VerifyAsync(secondCaller, token));
    }

    [Fact]
    public async Task The_hostname_setting_determines_the_issuer()
    {
        await using var realm = await KeycloakRealm.StartAsync(new() { Hostname = new Uri("https://id.example/auth") }, Cancellation);

        Assert.Equal("https://id.example/auth/realms/demo", realm.Issuer);
        Assert.Equal(realm.Issuer, Decoded.Of(realm.Token("alice").Create())["iss"]);
    }

    [Fact]
    public async Task Without_a_hostname_setting_the_issuer_follows_the_Host_header()
    {
        await using var realm = await KeycloakRealm.StartAsync(cancellationToken: Cancellation);
        using var caller = new RealmCaller(realm);

        var document = (await caller.DiscoverAsync(host: "keycloak:8080")).Json;
        Assert.Equal("http://keycloak:8080/realms/demo", (string?)document["issuer"]);
        Assert.Equal("http://keycloak:8080/realms/demo/protocol/openid-connect/certs", (string?)document["jwks_uri"]);
    }

    [Fact]
    public async Task The_configuration_contains_the_settings_of_an_API_and_no_secret_for_a_public_client()
    {
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true }, Cancellation);

        Assert.Equal(
            [
                new("Keycloak:auth-server-url", "http://localhost/"),
                new("Keycloak:realm", "demo"),
                new("Keycloak:resource", "orders-api"),
                new("Keycloak:credentials:secret", "orders-api-secret"),
            ],
            realm.Configuration("orders-api"));
        Assert.DoesNotContain(realm.Configuration("cli", "Other"), setting => setting.Key.Contains("secret", StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => realm.Configuration("nope"));
    }

    [Fact]
    public async Task Sessions_and_tokens_expire_according_to_the_realms_clock()
    {
        var clock = new TestClock();
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, TimeProvider = clock }, Cancellation);
        using var caller = new RealmCaller(realm);
        var answer = await caller.PasswordAsync("cli", "alice");
        Assert.Equal(clock.GetUtcNow().ToUnixTimeSeconds(), Decoded.Of(answer.AccessToken).Number("iat"));
        Assert.True(await caller.IsActiveAsync(answer.AccessToken));

        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.False(await caller.IsActiveAsync(answer.AccessToken));
        var refreshed = await caller.RefreshAsync("cli", answer.RefreshToken);
        Assert.True(await caller.IsActiveAsync(refreshed.AccessToken));

        clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(200, (await caller.RefreshAsync("cli", refreshed.RefreshToken)).Status);
        clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal("Token is not active", (await caller.RefreshAsync("cli", refreshed.RefreshToken)).Description);
        var elsewhere = realm.Token("alice").OfKind(TokenKind.Refresh).InSession("gone").WithClaim("sid", "elsewhere").Create();
        Assert.Equal("Session not active", (await caller.RefreshAsync("cli", elsewhere)).Description);
    }

    [Fact]
    public async Task Concurrent_requests_succeed_while_keys_rotate_and_sessions_end()
    {
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true }, Cancellation);
        using var caller = new RealmCaller(realm);

        await Parallel.ForAsync(0, 64, Cancellation, async (i, _) =>
        {
            var answer = await caller.PasswordAsync("cli", i % 2 == 0 ? "alice" : "bob");
            Assert.True(await caller.IsActiveAsync(answer.AccessToken));
            if (i % 16 == 0)
            {
                realm.Keys.Rotate("ES256");
            }

            realm.Sessions.End(Decoded.Of(answer.AccessToken)["sid"]!);
            Assert.False(await caller.IsActiveAsync(answer.AccessToken));
            Assert.Equal(200, (await caller.KeysAsync()).Status);
        });

        Assert.Equal(64, realm.Requests.Token);
    }
}
