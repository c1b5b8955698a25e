using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class KeyTests
{
    [Fact]
    public async Task A_token_that_names_no_key_is_refused_though_the_realm_has_but_one()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("key_missing", await api.VerdictAsync(api.Alice.WithoutHeader("kid")));
        Assert.Equal("key_missing", await api.VerdictAsync(api.Alice.WithHeader("kid", "\"\"")));
        Assert.Equal("key_missing", await api.VerdictAsync(api.Alice.WithHeader("kid", $"\"\\u004E{OrdersApi.KeyId[1..]}\"")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task A_key_of_another_realm_is_unknown_after_one_question_whatever_number_of_kids_is_tried()
    {
        using var api = await OrdersApi.StartAsync();
        var foreign = TestKey.Rsa("foreign", which: 1);

        for (var attempt = 0; attempt < 50; attempt++)
        {
            Assert.Equal("key_unknown", await api.VerdictAsync(api.Alice.SignedWith(foreign, "RS256").WithHeader("kid", $"\"foreign {attempt}\"")));
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
    public async Task A_kid_is_a_name_and_compared_as_one(string kid)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("key_unknown", await api.VerdictAsync(api.Alice.WithHeader("kid", $"\"{kid}\"")));
        Assert.Equal((1, 2), (api.Realm.Discoveries, api.Realm.Fetches));
    }

    [Fact]
    public async Task A_kid_longer_than_any_real_one_is_no_reason_to_ask()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("key_unknown", await api.VerdictAsync(api.Alice.WithHeader("kid", $"\"{new string('k', 10_000)}\"")));
        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task The_first_token_of_a_rotated_key_is_accepted_after_one_question()
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
    public async Task A_fetched_key_excuses_neither_a_wrong_signature_nor_a_foreign_algorithm()
    {
        using var api = await OrdersApi.StartAsync();
        var rotated = TestKey.Rsa("rotated", "RS256", which: 1);
        api.Realm.Rotate(rotated, OrdersApi.Key);

        Assert.Equal("signature", await api.VerdictAsync(api.Alice.SignedWith(rotated, "RS256").SignedBy(OrdersApi.Key)));
        Assert.Equal("key_unfit", await api.VerdictAsync(api.Alice.SignedWith(rotated, "PS256")));
    }

    [Fact]
    public async Task A_key_that_the_realm_lists_and_that_cannot_serve_says_why()
    {
        var encryption = TestKey.Rsa("encryption", which: 1);
        encryption.Jwk["use"] = "enc";
        var weak = TestKey.Rsa("weak", bits: 1024);
        using var api = await OrdersApi.StartAsync(encryption, weak);

        Assert.Equal("key_unusable", await api.VerdictAsync(api.Alice.SignedWith(encryption, "RS256")));
        Assert.Equal("key_unusable", await api.VerdictAsync(api.Alice.SignedWith(weak, "RS256")));
        Assert.Contains("use is not sig", (await api.ExplainAsync(api.Alice.SignedWith(encryption, "RS256").Text)).Reason, StringComparison.Ordinal);
        Assert.Contains("1024 bits", (await api.ExplainAsync(api.Alice.SignedWith(weak, "RS256").Text)).Reason, StringComparison.Ordinal);
        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task A_removed_key_stops_at_the_next_reading()
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
