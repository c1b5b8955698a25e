using Keycloak.ApiProtection.Diagnostics;

namespace Keycloak.ApiProtection.Tests.Diagnostics;

public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("", "''")]
    [InlineData(null, "(none)")]
    [InlineData("it's", "'it\\u0027s'")]
    [InlineData("\\u0027", "'\\u005cu0027'")]
    [InlineData("a\r\nb", "'a\\u000d\\u000ab'")]
    [InlineData("\u00E9\uD83D\uDE00", "'\\u00e9\\ud83d\\ude00'")]
    [InlineData("\u202E", "'\\u202e'")]
    public void Quoted_text_is_readable_and_unambiguous(string? text, string quoted) =>
        Assert.Equal(quoted, ForeignText.Quote(text));

    [Fact]
    public void Quoted_text_is_truncated_after_a_hundred_characters_with_an_ellipsis()
    {
        Assert.Equal($"'{new string('x', 100)}'", ForeignText.Quote(new string('x', 100)));
        Assert.Equal($"'{new string('x', 100)}'...", ForeignText.Quote(new string('x', 101)));
    }

    [Theory]
    [InlineData("it's \u00E9", "it's \u00E9")]
    [InlineData(null, "(none)")]
    [InlineData("a\r\nb\u001b[2J", "a  b [2J")]
    [InlineData("a\u0085b\u2028c\u2029d", "a b c d")]
    public void A_line_stays_readable_and_cannot_start_another_line(string? text, string line) =>
        Assert.Equal(line, ForeignText.Line(text));

    [Fact]
    public void A_line_is_truncated_after_two_hundred_characters_unless_another_length_is_asked_for()
    {
        Assert.Equal($"{new string('x', 200)}...", ForeignText.Line(new string('x', 201)));
        Assert.Equal(new string('x', 201), ForeignText.LineUpTo(256, new string('x', 201)));
    }

    [Theory]
    [InlineData("staff", "staff")]
    [InlineData(null, "")]
    [InlineData("a\"b\nc\u2028", "a?b?c?")]
    [InlineData("\uD83D\uDE00", "??")]
    public void A_name_cannot_end_the_quotation_marks_around_it(string? text, string name) =>
        Assert.Equal(name, ForeignText.Name(text));

    [Fact]
    public void A_name_is_truncated_after_two_hundred_characters()
    {
        Assert.Equal(new string('x', 200), ForeignText.Name(new string('x', 200)));
        Assert.Equal($"{new string('x', 200)}...", ForeignText.Name(new string('x', 201)));
    }

    [Fact]
    public void An_address_shows_neither_credentials_nor_query() =>
        Assert.Equal("https://host:8443/realms/a%20b", ForeignText.Address(new Uri("https://user:secret@host:8443/realms/a b?token=1#2")));
}
