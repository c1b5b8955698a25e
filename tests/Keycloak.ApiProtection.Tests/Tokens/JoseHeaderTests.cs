using System.Text;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class JoseHeaderTests
{
    [Theory]
    [InlineData("\"JWT\"")]
    [InlineData("\"jwt\"")]
    [InlineData("\"Jwt\"")]
    [InlineData("\"at+jwt\"")]
    [InlineData("\"AT+JWT\"")]
    [InlineData("\"application/at+jwt\"")]
    [InlineData("\"Application/AT+JWT\"")]
    public async Task A_header_type_of_JWT_or_access_token_is_accepted(string typ)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithHeader("typ", typ)));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\" JWT\"")]
    [InlineData("\"JWT\\u0000\"")]
    [InlineData("\"text/at+jwt\"")]
    [InlineData("\"application/jwt\"")]
    [InlineData("\"application/application/at+jwt\"")]
    [InlineData("\"at+jwt; charset=utf-8\"")]
    [InlineData("\"logout+jwt\"")]
    [InlineData("\"dpop+jwt\"")]
    [InlineData("\"secevent+jwt\"")]
    [InlineData("\"JWE\"")]
    [InlineData("\"JOSE\"")]
    [InlineData("\"J\\u0057T\"")]
    [InlineData("\"\\u212AWT\"")]
    public async Task Any_other_header_type_is_rejected(string typ)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("header_type", await api.VerdictAsync(api.Alice.WithHeader("typ", typ)));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task A_header_without_a_type_is_accepted()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithoutHeader("typ")));
    }

    [Theory]
    [InlineData("typ", "1")]
    [InlineData("typ", "null")]
    [InlineData("typ", "[\"JWT\"]")]
    [InlineData("typ", "{}")]
    [InlineData("alg", "null")]
    [InlineData("alg", "256")]
    [InlineData("alg", "[\"RS256\"]")]
    [InlineData("alg", "{\"RS256\":1}")]
    [InlineData("kid", "null")]
    [InlineData("kid", "7")]
    [InlineData("kid", "[\"NwIKIyGz4fe7S2uzsIDRQsAXbtcWP4lXvTcwHAZlFBw\"]")]
    public async Task String_members_of_the_header_must_be_strings(string name, string json)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("jose_header", await api.VerdictAsync(api.Alice.WithHeader(name, json)));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"exp\"")]
    [InlineData("[\"b64\"]")]
    [InlineData("[\"alg\",\"kid\",\"typ\"]")]
    [InlineData("[\"http://example.com/UNDEFINED\"]")]
    [InlineData("{}")]
    [InlineData("false")]
    [InlineData("0")]
    public async Task A_header_with_crit_is_rejected_whatever_it_contains(string crit)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("critical", await api.VerdictAsync(api.Alice.WithHeader("crit", crit)));
        Assert.Equal(
            "critical", await api.VerdictAsync(api.Alice.WithHeader("crit", crit).WithHeader("b64", "true").WithHeader("exp", "1")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithHeader("Crit", crit)));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("\"alg\":\"RS256\"")]
    [InlineData("\"alg\":\"none\"")]
    [InlineData("\"a\\u006Cg\":\"none\"")]
    [InlineData("\"\\u0061lg\":\"RS256\"")]
    [InlineData("\"kid\":\"NwIKIyGz4fe7S2uzsIDRQsAXbtcWP4lXvTcwHAZlFBw\"")]
    [InlineData("\"typ\":\"JWT\"")]
    [InlineData("\"cr\\u0069t\":[\"exp\"]")]
    [InlineData("\"x\":1,\"x\":2")]
    [InlineData("\"x\":1,\"\\u0078\":2")]
    public async Task A_header_with_a_repeated_member_is_rejected_even_if_the_name_is_escaped(string member)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("jose_header", await api.VerdictAsync(api.Alice.AndHeader(member)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.AndHeader("\"x\":1")));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("{0}x")]
    [InlineData("{0}{0}")]
    [InlineData("{0}\0")]
    [InlineData("{0},")]
    [InlineData("{0}]")]
    [InlineData("[{0}]")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"RS256\"")]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("\uFEFF{0}")]
    [InlineData("//\n{0}")]
    [InlineData("\u00A0{0}")]
    [InlineData("{{'alg':'RS256'}}")]
    [InlineData("{{alg:\"RS256\"}}")]
    [InlineData("{{\"alg\":\"RS256\",}}")]
    public async Task A_header_that_is_not_one_JSON_object_is_rejected(string form)
    {
        using var api = await OrdersApi.StartAsync();
        var header = Encoding.UTF8.GetString(api.Alice.HeaderBytes);
        var json = form.Contains("{0}", StringComparison.Ordinal) || form.Contains("{{", StringComparison.Ordinal)
            ? string.Format(null, form, header)
            : form;
        var token = api.Alice.WithHeader(json);

        // An empty part is already rejected as a malformed token.
        Assert.Equal(form.Length == 0 ? "form" : "jose_header", await api.VerdictAsync(token));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithHeader($" \t\r\n{header} \n")));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    public async Task A_header_with_invalid_UTF_8_at_any_position_is_rejected(byte[] wrong)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("jose_header", await api.VerdictAsync(WithBytes(api.Alice.WithHeader("x", "\"!\""), wrong)));
        Assert.Equal("jose_header", await api.VerdictAsync(WithBytes(api.Alice.AndHeader("\"!\":1"), wrong)));
        Assert.Equal("jose_header", await api.VerdictAsync(WithBytes(api.Alice.WithHeader("kid", "\"!\""), wrong)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithHeader("x", "\"\u00FC \uD83D\uDE00\"")));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("\"\\uD800\"")]
    [InlineData("\"\\uDC00\\uD800\"")]
    [InlineData("[[\"\\uDBFF \"]]")]
    public async Task A_header_with_an_unpaired_surrogate_is_rejected(string json)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("jose_header", await api.VerdictAsync(api.Alice.WithHeader("x", json)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithHeader("x", "\"\\uD83D\\uDE00\"")));
    }

    [Fact]
    public async Task A_header_may_have_at_most_sixteen_members()
    {
        using var api = await OrdersApi.StartAsync();
        var sixteen = Enumerable.Range(0, 13).Aggregate(api.Alice, (token, number) => token.AndHeader($"\"x{number}\":{number}"));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(sixteen));
        Assert.Equal("jose_header", await api.VerdictAsync(sixteen.AndHeader("\"y\":0")));
    }

    [Theory]
    [InlineData("jwk")]
    [InlineData("jku")]
    [InlineData("x5u")]
    [InlineData("x5c")]
    [InlineData("x5t")]
    [InlineData("x5t#S256")]
    public async Task A_key_in_the_header_of_the_token_is_never_used(string name)
    {
        using var api = await OrdersApi.StartAsync();
        var asked = new List<string>();
        api.Realm.Instead = request =>
        {
            asked.Add(request.RequestUri!.AbsoluteUri);
            return null;
        };
        var attacker = TestKey.Rsa("attacker", "RS256", which: 7);
        var json = name switch
        {
            "jwk" => attacker.Jwk.ToJsonString(),
            "x5c" => "[\"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\"]",
            _ => "\"https://evil.example/keys\"",
        };
        var forged = api.Alice.WithHeader(name, json).SignedBy(attacker);

        // With the kid of the realm, without a kid, and with a kid that the realm does not know. Requests go only to the realm.
        Assert.Equal("signature", await api.VerdictAsync(forged));
        Assert.Equal("key_missing", await api.VerdictAsync(forged.WithoutHeader("kid")));
        Assert.Empty(asked);
        Assert.Equal("key_unknown", await api.VerdictAsync(forged.WithHeader("kid", "\"attacker\"")));
        Assert.Equal([RealmStub.KeysAddress], asked);

        // A valid token is accepted even with these members.
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithHeader(name, json)));
    }

    private static SignedToken WithBytes(SignedToken token, byte[] wrong)
    {
        var bytes = token.HeaderBytes;
        var at = Array.IndexOf(bytes, (byte)'!');

        return token.WithHeader([.. bytes[..at], .. wrong, .. bytes[(at + 1)..]]);
    }
}
