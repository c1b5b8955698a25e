using System.Buffers.Text;
using System.Text;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class CompactJwsTests
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("....")]
    [InlineData("{0}")]
    [InlineData("{0}.{1}")]
    [InlineData("{0}.{1}.")]
    [InlineData("{0}..{2}")]
    [InlineData(".{1}.{2}")]
    [InlineData("{0}.{1}.{2}.")]
    [InlineData(".{0}.{1}.{2}")]
    [InlineData("{0}.{1}.{2}.{2}")]
    [InlineData("{0}.{1}..{2}")]
    [InlineData("{0}.{2}.{1}.{2}.{2}")]
    [InlineData("{0}.{1}.{2}....")]
    [InlineData("eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ")]
    [InlineData("opaque-token")]
    public async Task A_token_without_exactly_three_parts_is_rejected(string form)
    {
        using var api = await OrdersApi.StartAsync();
        var parts = api.Alice.Text.Split('.');

        Assert.Equal("form", await api.VerdictAsync(string.Format(null, form, parts[0], parts[1], parts[2])));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(string.Join('.', parts)));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\0")]
    [InlineData("=")]
    [InlineData("==")]
    [InlineData("+")]
    [InlineData("/")]
    [InlineData("%3D")]
    [InlineData("~")]
    [InlineData("\"")]
    [InlineData(",")]
    [InlineData("\u007F")]
    [InlineData("\u00A0")]
    [InlineData("\u00E9")]
    [InlineData("\u0410")]
    [InlineData("\uFF21")]
    [InlineData("\uFEFF")]
    [InlineData("\u200B")]
    [InlineData("\uD800")]
    [InlineData("\uD83D\uDE00")]
    public async Task A_token_with_a_character_outside_base64url_is_rejected_even_if_decoders_ignore_it(string foreign)
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.Text;
        var first = token.IndexOf('.', StringComparison.Ordinal);
        var last = token.LastIndexOf('.');

        foreach (var at in new[]
        {
            0, 1, first - 1, first, first + 1, first + 2, (first + last) / 2, last - 1, last, last + 1,
            token.Length - 1, token.Length,
        })
        {
            Assert.Equal("form", await api.VerdictAsync(token.Insert(at, foreign)));

            // Also replaces characters, so that the length of the part stays valid.
            if (at + foreign.Length <= token.Length)
            {
                Assert.Equal("form", await api.VerdictAsync(token.Remove(at, foreign.Length).Insert(at, foreign)));
            }
        }

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public void A_part_of_any_length_has_only_one_accepted_encoding()
    {
        for (var length = 1; length <= 12; length++)
        {
            var part = Base64Url.EncodeToString(Enumerable.Range(0, length).Select(number => (byte)(17 * number)).ToArray());

            foreach (var letter in Letters)
            {
                var spelled = part[..^1] + letter;
                var isTheOne = Base64Url.EncodeToString(Decode(spelled)) == spelled;

                Assert.Equal(isTheOne, IsRead($"{spelled}.AA.AA"));
                Assert.Equal(isTheOne, IsRead($"AA.{spelled}.AA"));
                Assert.Equal(isTheOne, IsRead($"AA.AA.{spelled}"));
            }

            Assert.True(IsRead($"{part}.{part}.{part}"));
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AAAAA")]
    [InlineData("AAAAAAAAA")]
    public void A_part_with_one_extra_character_is_rejected(string part)
    {
        Assert.False(IsRead($"{part}.AA.AA"));
        Assert.False(IsRead($"AA.{part}.AA"));
        Assert.False(IsRead($"AA.AA.{part}"));
        Assert.True(IsRead($"{part[..^1]}AA.{part[..^1]}AA.{part[..^1]}AA"));
    }

    [Fact]
    public void A_byte_outside_base64url_is_rejected_in_every_part()
    {
        for (var value = 0; value < 256; value++)
        {
            var isLetter = Letters.Contains((char)value, StringComparison.Ordinal);

            foreach (var at in new[] { 1, 6, 11 })
            {
                var token = "AAAA.AAAA.AAAA"u8.ToArray();
                token[at] = (byte)value;
                Assert.Equal(isLetter, CompactJws.TryRead(token, out _));
            }
        }
    }

    [Fact]
    public void The_dots_separate_the_parts_and_the_signing_input_is_the_first_two()
    {
        Assert.True(CompactJws.TryRead("QQ.QkI.Q0ND"u8, out var jws));

        Assert.Equal("QQ"u8, jws.Header);
        Assert.Equal("QkI"u8, jws.Payload);
        Assert.Equal("Q0ND"u8, jws.Signature);
        Assert.Equal("QQ.QkI"u8, jws.SigningInput);
        Span<byte> buffer = stackalloc byte[3];
        Assert.Equal("A"u8, CompactJws.Decode(jws.Header, buffer));
        Assert.Equal("BB"u8, CompactJws.Decode(jws.Payload, buffer));
        Assert.Equal("CCC"u8, CompactJws.Decode(jws.Signature, buffer));
    }

    [Fact]
    public async Task A_token_may_be_as_long_as_the_limit_but_not_a_character_longer()
    {
        using var probe = await OrdersApi.StartAsync();
        var length = probe.Alice.Text.Length;
        using var roomy = await OrdersApi.StartAsync(OrdersApi.Asking(maximumSize: length));
        using var narrow = await OrdersApi.StartAsync(OrdersApi.Asking(maximumSize: length - 1));

        Assert.Equal(OrdersApi.Accepted, await roomy.VerdictAsync(roomy.Alice));
        Assert.Equal("size", await narrow.VerdictAsync(narrow.Alice));
        Assert.Equal("size", await narrow.VerdictAsync(new string('.', length)));
        Assert.Equal("size", await narrow.VerdictAsync(new string('\uD800', 10_000_000)));
        narrow.AssertNoFurtherRequests();
    }

    private static bool IsRead(string token) => CompactJws.TryRead(Encoding.ASCII.GetBytes(token), out _);

    /// <summary>Decodes like decoders that ignore surplus bits. Returns an empty array if the length is not valid.</summary>
    private static byte[] Decode(string part) =>
        part.Length % 4 == 1
            ? []
            : Convert.FromBase64String(part.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (part.Length % 4)) % 4));
}
