using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

public abstract partial class RealmContract
{
    [Theory]
    [InlineData("RS256", "cli")]
    [InlineData("ES256", "es256")]
    [InlineData("PS256", "ps256")]
    public async Task After_a_rotation_the_new_key_signs_and_the_old_one_stays_listed(string algorithm, string client)
    {
        var before = (await Client.PasswordAsync(DemoClient.Public(client), "alice", Cancellation)).AccessToken;

        var rotated = await Realm.RotateKeyAsync(algorithm, Cancellation);

        var after = (await Client.PasswordAsync(DemoClient.Public(client), "alice", Cancellation)).AccessToken;
        Assert.Equal(rotated, after.KeyId);
        Assert.NotEqual(before.KeyId, after.KeyId);
        var keys = await KeysAsync();
        Assert.All([before, after], token =>
            Assert.True(Signature.Verifies(token, keys.Single(key => key.GetProperty("kid").GetString() == token.KeyId))));
    }

    [Fact]
    public async Task A_disabled_key_vanishes_at_once_and_the_tokens_it_signed_are_inactive()
    {
        var old = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var rotated = await Realm.RotateKeyAsync("RS256", Cancellation);
        Assert.Contains(old.AccessToken.KeyId, await KeyIdsAsync());
        AssertActive(await IntrospectAsync(old));

        await Realm.DisableKeyAsync(old.AccessToken.KeyId, Cancellation);

        Assert.DoesNotContain(old.AccessToken.KeyId, await KeyIdsAsync());
        AssertInactive(await IntrospectAsync(old));
        var fresh = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        Assert.Equal(rotated, fresh.AccessToken.KeyId);
        AssertActive(await IntrospectAsync(fresh));
    }

    [Fact]
    public async Task A_refresh_token_outlives_the_rotation_of_the_signing_key()
    {
        var before = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var rotated = await Realm.RotateKeyAsync("RS256", Cancellation);

        var refreshed = await Client.RefreshAsync(DemoClient.Cli, before.RefreshToken.Compact, Cancellation);

        Assert.Equal(rotated, refreshed.AccessToken.KeyId);
    }
}
