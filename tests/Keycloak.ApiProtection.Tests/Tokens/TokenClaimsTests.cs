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
    public async Task A_time_is_a_whole_number_of_seconds_that_a_date_can_say(string json)
    {
        using var api = await OrdersApi.StartAsync();

        foreach (var claim in new[] { "exp", "nbf", "iat" })
        {
            Assert.Equal("payload", await api.VerdictAsync(api.Alice.With(claim, json)));
        }

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithDate("nbf", api.Now).WithDate("iat", api.Now).WithDate("exp", api.Now)));
        api.AssertKeycloakWasLeftAlone();
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
    public async Task A_claim_that_is_text_is_nothing_else(string claim)
    {
        using var api = await OrdersApi.StartAsync();

        foreach (var json in new[] { "null", "1", "true", "[]", "{}", "[\"a\"]", "{\"a\":1}" })
        {
            Assert.Equal("payload", await api.VerdictAsync(api.Alice.With(claim, json)));
        }

        api.AssertKeycloakWasLeftAlone();
    }

    [Theory]
    [InlineData("realm_access")]
    [InlineData("resource_access")]
    [InlineData("cnf")]
    public async Task A_claim_that_is_an_object_is_nothing_else(string claim)
    {
        using var api = await OrdersApi.StartAsync();

        foreach (var json in new[] { "null", "1", "true", "[]", "\"admin\"", "[{\"roles\":[\"admin\"]}]" })
        {
            Assert.Equal("payload", await api.VerdictAsync(api.Alice.With(claim, json)));
        }

        api.AssertKeycloakWasLeftAlone();
    }

    [Theory]
    [InlineData("sub")]
    [InlineData("azp")]
    [InlineData("jti")]
    [InlineData("sid")]
    [InlineData("scope")]
    [InlineData("realm_access")]
    [InlineData("resource_access")]
    public async Task A_claim_that_Keycloak_may_leave_out_may_be_absent(string claim)
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
    public async Task A_claim_that_stands_twice_or_under_a_name_with_escapes_is_refused(string member)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("payload", await api.VerdictAsync(api.Alice.And(member)));
        api.AssertKeycloakWasLeftAlone();
    }

    [Theory]
    [InlineData("\"\":1")]
    [InlineData("\"Exp\":0")]
    [InlineData("\"AUD\":[]")]
    [InlineData("\" iss\":null")]
    [InlineData("\"\u00FC\":1,\"u\u0308\":2")]
    [InlineData("\"https://example.com/claim\":{\"iss\":1,\"iss\":2,\"\\u0069ss\":3}")]
    public async Task A_claim_whose_name_only_resembles_another_is_another(string member)
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
    public async Task A_payload_that_is_not_one_JSON_object_is_refused(string form)
    {
        using var api = await OrdersApi.StartAsync();
        var payload = Encoding.UTF8.GetString(api.Alice.PayloadBytes);
        var json = form.Replace("{0}", payload, StringComparison.Ordinal);

        Assert.Equal("payload", await api.VerdictAsync(api.Alice.WithPayload(json)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithPayload($"\t\r\n {payload} \r\n")));
        api.AssertKeycloakWasLeftAlone();
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0xA2 })]
    [InlineData(new byte[] { 0xE2, 0x82 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80 })]
    [InlineData(new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    public async Task A_payload_that_is_not_UTF_8_is_refused_wherever_the_wrong_bytes_stand(byte[] wrong)
    {
        using var api = await OrdersApi.StartAsync();

        foreach (var member in new[] { "\"x\":\"!\"", "\"!\":1", "\"x\":[{\"!\":\"y\"}]" })
        {
            var token = api.Alice.And(member);
            var bytes = token.PayloadBytes;
            var at = Array.LastIndexOf(bytes, (byte)'!');

            Assert.Equal("payload", await api.VerdictAsync(token.WithPayload([.. bytes[..at], .. wrong, .. bytes[(at + 1)..]])));
            Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token.WithPayload([.. bytes[..at], .. "\u20AC\uD83D\uDE00"u8, .. bytes[(at + 1)..]])));
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
    public async Task Half_a_character_anywhere_in_the_payload_is_refused_here_and_fails_nowhere_later(string json)
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
    public async Task No_member_stands_twice_within_what_rights_are_read_from(string claim, string json)
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.With(claim, json);

        Assert.Equal("payload", await api.VerdictAsync(token));
        Assert.Equal("payload", await OrdersApi.VerdictAsync(api.Remembering, token.Text));
        Assert.Contains(
            $"a member is repeated in '{claim}'",
            TokenDiagnosis.Explain(TokenRejection.Payload, token.Text, api.Policy, api.Now).Reason,
            StringComparison.Ordinal);
        api.AssertKeycloakWasLeftAlone();
    }

    [Theory]
    [InlineData("realm_access", """{"roles":["a","a"],"more":[{"x":1},{"x":1}]}""")]
    [InlineData("resource_access", """{"orders-api":{"roles":["a"]},"Orders-api":{"roles":["a"]},"orders\"api":{"roles":["a"]}}""")]
    [InlineData("organization", """{"acme":{"id":"1"},"beta":{"id":"1"}}""")]
    [InlineData("organization", """["acme","acme"]""")]
    [InlineData("organization", "null")]
    [InlineData("address", """{"street":"1","street":"2"}""")]
    public async Task Names_that_only_look_alike_and_objects_that_nothing_is_read_from_do_no_harm(string claim, string json)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With(claim, json)));
    }

    [Fact]
    public async Task A_token_names_as_many_clients_as_fit()
    {
        using var api = await OrdersApi.StartAsync();
        var clients = string.Join(',', Enumerable.Range(0, 300).Select(number => $"\"c{number}\":{{\"roles\":[\"r\"]}}"));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("resource_access", $"{{{clients}}}")));
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("resource_access", $"{{{clients},\"c0\":{{}}}}")));
    }

    [Fact]
    public async Task A_payload_has_at_most_128_members()
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
    public async Task A_payload_is_nested_at_most_64_levels_deep_itself_included_as_for_every_later_reader(string open, string close)
    {
        using var api = await OrdersApi.StartAsync();

        // The framework's readers, by which the claims are read, stop at 64 levels with an exception.
        var token = await api.AcceptAsync(api.Alice.With("x", Nested(63)));
        Assert.NotEqual(0, token.Claims.All.Length);
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("x", Nested(64))));
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("x", Nested(65))));
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("x", Nested(1000))));

        string Nested(int levels) => string.Concat(Enumerable.Repeat(open, levels)) + "1" + string.Concat(Enumerable.Repeat(close, levels));
    }

    [Fact]
    public void The_claims_are_where_they_stand()
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
