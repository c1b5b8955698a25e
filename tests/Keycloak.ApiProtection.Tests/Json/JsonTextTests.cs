using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tests.Json;

public sealed class JsonTextTests
{
    private static readonly string[] Pieces =
    [
        "\\u0000", "\\u0041", "\\u00e9", "\\u07FF", "\\u0800", "\\uFFFF", "\\uD83D\\uDE00", "\\uDBFF\\uDFFF", "\\uD800", "\\uDC00",
        "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "u0041", "D", " ", "a", "\u00E9", "\u20AC", "\uD83D\uDE00",
    ];

    [Fact]
    public void Strings_with_escape_sequences_are_read_as_by_the_framework()
    {
        var random = new Random(20261121);
        var texts = 0;

        for (var number = 0; number < 20_000; number++)
        {
            var escaped = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            var bytes = Encoding.UTF8.GetBytes(escaped);
            var expected = ReadByFramework(escaped);

            Assert.Equal(expected is not null, JsonText.IsText(bytes, out _));

            if (expected is not null)
            {
                texts++;
                Assert.Equal(expected, JsonText.Unescape(bytes));
                Assert.True(JsonText.EqualsUnescaped(bytes, Encoding.UTF8.GetBytes(expected)));
                Assert.False(JsonText.EqualsUnescaped(bytes, Encoding.UTF8.GetBytes(expected + "\0")));
            }
            else
            {
                // Invalid text is unescaped only for the log. The result does not matter, but it must not throw.
                Assert.NotNull(JsonText.Unescape(bytes));
            }
        }

        Assert.InRange(texts, 5_000, 15_000);
    }

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(100_000)]
    public void Strings_of_any_length_are_read(int length)
    {
        var escaped = Encoding.UTF8.GetBytes("\\/" + new string('x', length - 2));

        Assert.True(JsonText.EqualsUnescaped(escaped, Encoding.UTF8.GetBytes("/" + new string('x', length - 2))));
        Assert.False(JsonText.EqualsUnescaped(escaped, Encoding.UTF8.GetBytes("/" + new string('x', length - 3) + "y")));
        Assert.Equal(length - 1, JsonText.Unescape(escaped).Length);
    }

    [Theory]
    [InlineData(new byte[] { 0x22, 0xFF, 0x22 }, "it is not UTF-8")]
    [InlineData(new byte[] { 0x5C, 0x75, 0x44, 0x38, 0x30, 0x30 }, "it contains an escape sequence that is not a valid character")]
    [InlineData(new byte[] { 0x5C, 0x75, 0x44 }, "it contains an escape sequence that is not a valid character")]
    [InlineData(new byte[] { 0x5C }, null)]
    [InlineData(new byte[] { }, null)]
    public void Invalid_text_is_reported_with_the_problem(byte[] json, string? problem)
    {
        Assert.Equal(problem is null, JsonText.IsText(json, out var found));
        Assert.Equal(problem, found);
    }

    [Fact]
    public void A_document_truncated_at_any_position_does_not_throw()
    {
        var json = Encoding.UTF8.GetBytes("{\"a\":\"\\uD83D\\uDE00\\\\\\u0041\u20AC\\n\"}");

        for (var length = 0; length <= json.Length; length++)
        {
            _ = JsonText.IsText(json.AsSpan(0, length), out _);
            _ = JsonText.HasOnlyCharacters(json.AsSpan(0, length));
        }

        Assert.True(Utf8.IsValid(json));
        Assert.True(JsonText.HasOnlyCharacters(json));
    }

    private static string? ReadByFramework(string escaped)
    {
        using var document = JsonDocument.Parse($"\"{escaped}\"");

        try
        {
            return document.RootElement.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
