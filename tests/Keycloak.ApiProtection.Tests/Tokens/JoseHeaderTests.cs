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
    public async Task A_token_that_its_header_calls_a_JWT_or_an_access_token_is_accepted(string typ)
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
    public async Task A_token_that_its_header_calls_something_else_is_refused(string typ)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("header_type", await api.VerdictAsync(api.Alice.WithHeader("typ", typ)));
        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task A_token_whose_header_names_no_type_is_accepted()
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
    public async Task What_must_be_text_in_the_header_is_text(string name, string json)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("jose_header", await api.VerdictAsync(api.Alice.WithHeader(name, json)));
        api.AssertKeycloakWasLeftAlone();
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
    public async Task A_header_with_crit_is_refused_whatever_crit_says(string crit)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("critical", await api.VerdictAsync(api.Alice.WithHeader("crit", crit)));
        Assert.Equal("critical", await api.VerdictAsync(api.Alice.WithHeader("crit", crit).WithHeader("b64", "true").WithHeader("exp", "1")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithHeader("Crit", crit)));
        api.AssertKeycloakWasLeftAlone();
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
    public async Task A_header_that_says_something_twice_is_refused_also_where_escapes_hide_it(string member)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("jose_header", await api.VerdictAsync(api.Alice.AndHeader(member)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.AndHeader("\"x\":1")));
        api.AssertKeycloakWasLeftAlone();
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
    public async Task A_header_that_is_not_one_JSON_object_is_refused(string form)
    {
        using var api = await OrdersApi.StartAsync();
        var header = Encoding.UTF8.GetString(api.Alice.HeaderBytes);
        var json = form.Contains("{0}", StringComparison.Ordinal) || form.Contains("{{", StringComparison.Ordinal) ? string.Format(null, form, header) : form;
        var token = api.Alice.WithHeader(json);

        // A part without letters is not even a part.
        Assert.Equal(form.Length == 0 ? "form" : "jose_header", await api.VerdictAsync(token));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithHeader($" \t\r\n{header} \n")));
        api.AssertKeycloakWasLeftAlone();
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    public async Task A_header_that_is_not_UTF_8_is_refused_wherever_the_wrong_bytes_stand(byte[] wrong)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("jose_header", await api.VerdictAsync(WithBytes(api.Alice.WithHeader("x", "\"!\""), wrong)));
        Assert.Equal("jose_header", await api.VerdictAsync(WithBytes(api.Alice.AndHeader("\"!\":1"), wrong)));
        Assert.Equal("jose_header", await api.VerdictAsync(WithBytes(api.Alice.WithHeader("kid", "\"!\""), wrong)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithHeader("x", "\"\u00FC \uD83D\uDE00\"")));
        api.AssertKeycloakWasLeftAlone();
    }

    [Theory]
    [InlineData("\"\\uD800\"")]
    [InlineData("\"\\uDC00\\uD800\"")]
    [InlineData("[[\"\\uDBFF \"]]")]
    public async Task A_header_with_half_a_character_is_refused(string json)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("jose_header", await api.VerdictAsync(api.Alice.WithHeader("x", json)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithHeader("x", "\"\\uD83D\\uDE00\"")));
    }

    [Fact]
    public async Task A_header_has_at_most_sixteen_members()
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
    public async Task A_key_that_the_token_brings_along_is_never_looked_at(string name)
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

        // Under the realm's own kid, under none, and under one that the realm does not know: the only questions go to the realm.
        Assert.Equal("signature", await api.VerdictAsync(forged));
        Assert.Equal("key_missing", await api.VerdictAsync(forged.WithoutHeader("kid")));
        Assert.Empty(asked);
        Assert.Equal("key_unknown", await api.VerdictAsync(forged.WithHeader("kid", "\"attacker\"")));
        Assert.Equal([FakeRealm.KeysAddress], asked);

        // And a good token is not spoiled by them.
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithHeader(name, json)));
    }

    private static TestToken WithBytes(TestToken token, byte[] wrong)
    {
        var bytes = token.HeaderBytes;
        var at = Array.IndexOf(bytes, (byte)'!');

        return token.WithHeader([.. bytes[..at], .. wrong, .. bytes[(at + 1)..]]);
    }
}
