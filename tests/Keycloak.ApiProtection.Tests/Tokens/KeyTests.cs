using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class KeyTests
{
    [Fact]
    public async Task A_token_without_a_kid_is_rejected_even_if_the_realm_has_only_one_key()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("key_missing", await api.VerdictAsync(api.Alice.WithoutHeader("kid")));
        Assert.Equal("key_missing", await api.VerdictAsync(api.Alice.WithHeader("kid", "\"\"")));
        Assert.Equal("key_missing", await api.VerdictAsync(api.Alice.WithHeader("kid", $"\"\\u004E{OrdersApi.KeyId[1..]}\"")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task Many_unknown_kids_of_another_realm_cause_only_one_fetch()
    {
        using var api = await OrdersApi.StartAsync();
        var foreign = TestKey.Rsa("foreign", which: 1);

        for (var attempt = 0; attempt < 50; attempt++)
        {
            Assert.Equal(
                "key_unknown", await api.VerdictAsync(api.Alice.SignedWith(foreign, "RS256").WithHeader("kid", $"\"foreign {attempt}\"")));
        }

        Assert.Equal((1, 2), (api.Realm.Discoveries, api.Realm.Fetches));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("' OR 1=1 --")]
    [InlineData("https://evil.example/key")]
    [InlineData("nwikiygz4fe7s2uzsidrqsaxbtcwp4lxvtcwhazlfbw")]
    [InlineData(OrdersApi.KeyId + " ")]
    [InlineData(OrdersApi.KeyId + "=")]
    public async Task A_kid_is_compared_exactly_and_never_interpreted(string kid)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("key_unknown", await api.VerdictAsync(api.Alice.WithHeader("kid", $"\"{kid}\"")));
        Assert.Equal((1, 2), (api.Realm.Discoveries, api.Realm.Fetches));
    }

    [Fact]
    public async Task An_overlong_kid_causes_no_fetch()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("key_unknown", await api.VerdictAsync(api.Alice.WithHeader("kid", $"\"{new string('k', 10_000)}\"")));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task The_first_token_with_a_rotated_key_is_accepted_after_one_fetch()
    {
        using var api = await OrdersApi.StartAsync();
        var rotated = TestKey.Rsa("rotated", "RS256", which: 1);
        api.Realm.Rotate(rotated, OrdersApi.Key);
        var token = api.Alice.WithDate("iat", api.Now).SignedWith(rotated, "RS256");

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        Assert.Equal(2, api.Realm.Fetches);
    }

    [Fact]
    public async Task With_a_newly_fetched_key_the_signature_and_the_algorithm_are_still_checked()
    {
        using var api = await OrdersApi.StartAsync();
        var rotated = TestKey.Rsa("rotated", "RS256", which: 1);
        api.Realm.Rotate(rotated, OrdersApi.Key);

        Assert.Equal("signature", await api.VerdictAsync(api.Alice.SignedWith(rotated, "RS256").SignedBy(OrdersApi.Key)));
        Assert.Equal("key_unfit", await api.VerdictAsync(api.Alice.SignedWith(rotated, "PS256")));
    }

    [Fact]
    public async Task A_token_with_an_unusable_key_is_rejected_with_the_reason()
    {
        var encryption = TestKey.Rsa("encryption", which: 1);
        encryption.Jwk["use"] = "enc";
        var weak = TestKey.Rsa("weak", bits: 1024);
        using var api = await OrdersApi.StartAsync(encryption, weak);

        Assert.Equal("key_unusable", await api.VerdictAsync(api.Alice.SignedWith(encryption, "RS256")));
        Assert.Equal("key_unusable", await api.VerdictAsync(api.Alice.SignedWith(weak, "RS256")));
        Assert.Contains(
            "use is not sig", (await api.ExplainAsync(api.Alice.SignedWith(encryption, "RS256").Text)).Reason, StringComparison.Ordinal);
        Assert.Contains("1024 bits", (await api.ExplainAsync(api.Alice.SignedWith(weak, "RS256").Text)).Reason, StringComparison.Ordinal);
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task A_removed_key_is_not_accepted_after_the_next_refresh()
    {
        var removed = TestKey.Rsa("removed", "RS256", which: 1);
        using var api = await OrdersApi.StartAsync(removed);
        var token = api.Alice.WithDate("exp", api.Now.AddHours(1)).SignedWith(removed, "RS256");
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));

        api.Realm.Rotate(OrdersApi.Key);
        api.Realm.Time.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal("key_unknown", await api.VerdictAsync(token));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
    }
}
