using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Json;
using JsonValue = Keycloak.ApiProtection.Json.JsonValue;

namespace Keycloak.ApiProtection.Tests.Json;

public sealed class JsonStringsTests
{
    [Theory]
    [InlineData("\"a\"")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("[ ]")]
    [InlineData("[\"a\"]")]
    [InlineData("[\"a\",\"b\",\"\"]")]
    [InlineData("[ \"a\" ,\n\"b\\\"]\" , \"[\" ]")]
    [InlineData("[\"\\u0061\",\"\\\\\"]")]
    public void One_string_or_an_array_of_strings_is_read_in_order(string json)
    {
        var (document, value) = Value(json);
        var strings = new JsonStrings(document, value);
        var found = new List<string?>();

        foreach (var text in strings)
        {
            found.Add(text.Text(document));
        }

        string[] expected = JsonNode.Parse(json) is JsonArray array
            ? [.. array.Select(node => (string)node!)]
            : [(string)JsonNode.Parse(json)!];
        Assert.True(strings.IsWellFormed);
        Assert.Equal(expected, found);
        Assert.All(expected, text => Assert.True(new JsonStrings(document, value).Contains(Encoding.UTF8.GetBytes(text))));
        Assert.False(strings.Contains("c"u8));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("{\"a\":\"b\"}")]
    [InlineData("[1]")]
    [InlineData("[\"a\",null]")]
    [InlineData("[null,\"a\"]")]
    [InlineData("[\"a\",[\"b\"]]")]
    [InlineData("[{},\"a\"]")]
    public void Any_other_value_is_malformed_and_values_that_are_not_strings_do_not_match(string json)
    {
        var (document, value) = Value(json);
        var strings = new JsonStrings(document, value);

        Assert.False(strings.IsWellFormed);
        Assert.False(strings.Contains("b"u8));
        Assert.False(strings.Contains("1"u8));
    }

    [Fact]
    public void A_missing_member_has_no_strings()
    {
        Assert.False(new JsonStrings("{}"u8, default).Contains(""u8));

        foreach (var _ in new JsonStrings("{}"u8, default))
        {
            Assert.Fail("A missing member must not have any strings.");
        }
    }

    private static (byte[] Document, JsonValue Value) Value(string json)
    {
        // The value is not at the start of the document, because positions are relative to the document.
        var document = Encoding.UTF8.GetBytes($"{{ \"first\" : [1] , \"aud\" : {json} , \"last\" : \"x\" }}");
        var reader = new JsonObjectReader(document, new JsonMemberNames.Entry[4]);
        Assert.True(reader.Read() && reader.Read());
        var value = reader.Value;
        Assert.True(reader.Read());
        Assert.False(reader.Read());
        Assert.Null(reader.Problem);

        return (document, value);
    }
}
