using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class TokenClaimsTests
{
    [Theory]
    [InlineData("1e9")]
    [InlineData("1795262640e0")]
    [InlineData("1795262640.0")]
    [InlineData("1.5")]
    [InlineData("-1")]
    [InlineData("-9223372036854775808")]
    [InlineData("253402300800")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999999999999999999999999999")]
    [InlineData("1E400")]
    [InlineData("\"1795262640\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[1795262640]")]
    [InlineData("{}")]
    [InlineData("01795262640")]
    [InlineData("+1795262640")]
    [InlineData("0x6B02A8F0")]
    [InlineData("Infinity")]
    [InlineData("NaN")]
    [InlineData("1_795_262_640")]
    public async Task A_time_must_be_a_whole_number_of_seconds_in_the_range_of_dates(string json)
    {
        using var api = await OrdersApi.StartAsync();

        foreach (var claim in new[] { "exp", "nbf", "iat" })
        {
            Assert.Equal("payload", await api.VerdictAsync(api.Alice.With(claim, json)));
        }

        Assert.Equal(
            OrdersApi.Accepted,
            await api.VerdictAsync(api.Alice.WithDate("nbf", api.Now).WithDate("iat", api.Now).WithDate("exp", api.Now)));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("iss")]
    [InlineData("typ")]
    [InlineData("azp")]
    [InlineData("jti")]
    [InlineData("sub")]
    [InlineData("sid")]
    [InlineData("session_state")]
    [InlineData("scope")]
    public async Task A_string_claim_must_be_a_string(string claim)
    {
        using var api = await OrdersApi.StartAsync();

        foreach (var json in new[] { "null", "1", "true", "[]", "{}", "[\"a\"]", "{\"a\":1}" })
        {
            Assert.Equal("payload", await api.VerdictAsync(api.Alice.With(claim, json)));
        }

        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("realm_access")]
    [InlineData("resource_access")]
    [InlineData("cnf")]
    public async Task An_object_claim_must_be_an_object(string claim)
    {
        using var api = await OrdersApi.StartAsync();

        foreach (var json in new[] { "null", "1", "true", "[]", "\"admin\"", "[{\"roles\":[\"admin\"]}]" })
        {
            Assert.Equal("payload", await api.VerdictAsync(api.Alice.With(claim, json)));
        }

        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("sub")]
    [InlineData("azp")]
    [InlineData("jti")]
    [InlineData("sid")]
    [InlineData("scope")]
    [InlineData("realm_access")]
    [InlineData("resource_access")]
    public async Task An_optional_claim_may_be_absent(string claim)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.Without(claim)));
    }

    [Theory]
    [InlineData("\"exp\":99999999999")]
    [InlineData("\"iss\":\"https://kc.example/realms/demo\"")]
    [InlineData("\"\\u0069ss\":\"https://kc.example/realms/demo\"")]
    [InlineData("\"aud\":\"orders-api\"")]
    [InlineData("\"a\\u0075d\":\"orders-api\"")]
    [InlineData("\"\\u0061\\u0075\\u0064\":\"orders-api\"")]
    [InlineData("\"typ\":\"Bearer\"")]
    [InlineData("\"sub\":\"admin\"")]
    [InlineData("\"realm_access\":{\"roles\":[\"admin\"]}")]
    [InlineData("\"realm\\u005Faccess\":{\"roles\":[\"admin\"]}")]
    [InlineData("\"email\":\"a@example.com\"")]
    [InlineData("\"x\":1,\"x\":1")]
    [InlineData("\"\":1,\"\":2")]
    [InlineData("\"\u00FC\":1,\"\\u00FC\":2")]
    [InlineData("\"x\\/y\":1")]
    public async Task A_repeated_claim_or_one_with_an_escaped_name_is_rejected(string member)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("payload", await api.VerdictAsync(api.Alice.And(member)));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("\"\":1")]
    [InlineData("\"Exp\":0")]
    [InlineData("\"AUD\":[]")]
    [InlineData("\" iss\":null")]
    [InlineData("\"\u00FC\":1,\"u\u0308\":2")]
    [InlineData("\"https://example.com/claim\":{\"iss\":1,\"iss\":2,\"\\u0069ss\":3}")]
    public async Task A_claim_with_a_similar_name_is_a_different_claim(string member)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.And(member)));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("{0}x")]
    [InlineData("{0}{0}")]
    [InlineData("{0}\0")]
    [InlineData("\0{0}")]
    [InlineData("[{0}]")]
    [InlineData("\uFEFF{0}")]
    [InlineData("{0}\uFEFF")]
    [InlineData("{0}//")]
    [InlineData("/**/{0}")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("foo")]
    public async Task A_payload_that_is_not_one_JSON_object_is_rejected(string form)
    {
        using var api = await OrdersApi.StartAsync();
        var payload = Encoding.UTF8.GetString(api.Alice.PayloadBytes);
        var json = form.Replace("{0}", payload, StringComparison.Ordinal);

        Assert.Equal("payload", await api.VerdictAsync(api.Alice.WithPayload(json)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithPayload($"\t\r\n {payload} \r\n")));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0xA2 })]
    [InlineData(new byte[] { 0xE2, 0x82 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80 })]
    [InlineData(new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    public async Task A_payload_with_invalid_UTF_8_at_any_position_is_rejected(byte[] wrong)
    {
        using var api = await OrdersApi.StartAsync();

        foreach (var member in new[] { "\"x\":\"!\"", "\"!\":1", "\"x\":[{\"!\":\"y\"}]" })
        {
            var token = api.Alice.And(member);
            var bytes = token.PayloadBytes;
            var at = Array.LastIndexOf(bytes, (byte)'!');

            Assert.Equal("payload", await api.VerdictAsync(token.WithPayload([.. bytes[..at], .. wrong, .. bytes[(at + 1)..]])));
            Assert.Equal(
                OrdersApi.Accepted,
                await api.VerdictAsync(token.WithPayload([.. bytes[..at], .. "\u20AC\uD83D\uDE00"u8, .. bytes[(at + 1)..]])));
        }
    }

    [Theory]
    [InlineData("\"\\uD800\"")]
    [InlineData("\"\\uDC00\"")]
    [InlineData("\"\\uD800\\u0041\"")]
    [InlineData("\"\\uD800\\\\uDC00\"")]
    [InlineData("\"\\uDC00\\uD800\"")]
    [InlineData("\"\\uD800 \\uDC00\"")]
    [InlineData("{\"\\uDBFF\":1}")]
    [InlineData("[[[\"\\ud800\"]]]")]
    public async Task An_unpaired_surrogate_in_the_payload_is_rejected_before_any_later_reader_fails(string json)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("x", json)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("x", "\"\\uD83D\\uDE00 \\\\uD800 \\u0000\"")));
    }

    [Theory]
    [InlineData("realm_access", """{"roles":["a"],"roles":["admin"]}""")]
    [InlineData("realm_access", """{"roles":["a"],"r\u006fles":["admin"]}""")]
    [InlineData("realm_access", """{"roles":["a"],"more":[{"x":{"y":1,"y":1}}]}""")]
    [InlineData("resource_access", """{"orders-api":{"roles":["a"]},"orders-api":{"roles":["writer"]}}""")]
    [InlineData("resource_access", """{"orders-api":{"roles":["a"]},"orders\u002dapi":{"roles":["writer"]}}""")]
    [InlineData("resource_access", """{"orders-api":{"roles":["a"],"roles":["writer"]}}""")]
    [InlineData("organization", """{"acme":{},"acme":{}}""")]
    [InlineData("organization", """[{"acme":{"id":"1","id":"2"}}]""")]
    public async Task A_repeated_member_in_a_claim_used_for_authorization_is_rejected(string claim, string json)
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.With(claim, json);

        Assert.Equal("payload", await api.VerdictAsync(token));
        Assert.Equal("payload", await OrdersApi.VerdictAsync(api.Remembering, token.Text));
        Assert.Contains(
            $"a member is repeated in '{claim}'",
            TokenDiagnosis.Explain(TokenRejection.Payload, token.Text, api.Policy, api.Now).Reason,
            StringComparison.Ordinal);
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("realm_access", """{"roles":["a","a"],"more":[{"x":1},{"x":1}]}""")]
    [InlineData("resource_access", """{"orders-api":{"roles":["a"]},"Orders-api":{"roles":["a"]},"orders\"api":{"roles":["a"]}}""")]
    [InlineData("organization", """{"acme":{"id":"1"},"beta":{"id":"1"}}""")]
    [InlineData("organization", """["acme","acme"]""")]
    [InlineData("organization", "null")]
    [InlineData("address", """{"street":"1","street":"2"}""")]
    public async Task Similar_names_and_repeated_members_in_unused_objects_are_accepted(string claim, string json)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With(claim, json)));
    }

    [Fact]
    public async Task A_token_may_name_as_many_clients_as_fit_into_it()
    {
        using var api = await OrdersApi.StartAsync();
        var clients = string.Join(',', Enumerable.Range(0, 300).Select(number => $"\"c{number}\":{{\"roles\":[\"r\"]}}"));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("resource_access", $"{{{clients}}}")));
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("resource_access", $"{{{clients},\"c0\":{{}}}}")));
    }

    [Fact]
    public async Task A_payload_may_have_at_most_128_members()
    {
        using var api = await OrdersApi.StartAsync();
        var some = api.Alice;
        var members = Encoding.UTF8.GetString(some.PayloadBytes);
        var count = System.Text.Json.Nodes.JsonNode.Parse(members)!.AsObject().Count;
        var full = some.And(string.Join(',', Enumerable.Range(0, 128 - count).Select(number => $"\"x{number}\":{number}")));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(full));
        Assert.Equal("payload", await api.VerdictAsync(full.And("\"y\":0")));
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task A_payload_may_have_at_most_64_levels_of_nesting_including_itself(string open, string close)
    {
        using var api = await OrdersApi.StartAsync();

        // The JSON readers of the framework, which read the claims, throw an exception beyond 64 levels.
        var token = await api.AcceptAsync(api.Alice.With("x", Nested(63)));
        Assert.NotEqual(0, token.Claims.All.Length);
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("x", Nested(64))));
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("x", Nested(65))));
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("x", Nested(1000))));

        string Nested(int levels) => string.Concat(Enumerable.Repeat(open, levels)) + "1" + string.Concat(Enumerable.Repeat(close, levels));
    }

    [Fact]
    public void Each_claim_is_read_from_its_position_in_the_payload()
    {
        var json = Encoding.UTF8.GetBytes(KeycloakPayloads.DPoP);

        Assert.True(TokenClaims.TryRead(json, out var claims, out var problem));
        Assert.Null(problem);
        Assert.Equal("http://127.0.0.1:18080/realms/demo", claims.Issuer.Text(json));
        Assert.Equal("DPoP", claims.Kind.Text(json));
        Assert.Equal("[\"orders-api\",\"gateway\",\"shipping-api\",\"account\"]"u8, claims.Audience.Raw(json));
        Assert.Equal("dpop", claims.AuthorizedParty.Text(json));
        Assert.Equal("onrtro:a855f447-5a6b-63db-0714-9b9296c4ae75", claims.Id.Text(json));
        Assert.StartsWith("{\"jkt\":", Encoding.UTF8.GetString(claims.Confirmation.Raw(json)), StringComparison.Ordinal);
        Assert.StartsWith("{\"roles\":", Encoding.UTF8.GetString(claims.RealmAccess.Raw(json)), StringComparison.Ordinal);
        Assert.StartsWith("{\"shipping-api\":", Encoding.UTF8.GetString(claims.ResourceAccess.Raw(json)), StringComparison.Ordinal);
        Assert.Equal((1795221292, 0, 1795220992), (claims.ExpiresAt, claims.NotBefore, claims.IssuedAt));
    }
}
