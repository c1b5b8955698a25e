using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tests.Json;

/// <summary>
/// Compares the reader with the framework's reader: both accept the same documents, with the same members and values.
/// </summary>
public sealed class JsonObjectReaderTests
{
    [Fact]
    public void The_reader_accepts_the_same_handwritten_documents_as_the_framework()
    {
        var (accepted, refused) = Compare(JsonCorpus.ByHand());

        Assert.InRange(accepted, 250, 1000);
        Assert.InRange(refused, 700, 3000);
    }

    [Fact]
    public void The_reader_accepts_the_same_random_documents_as_the_framework()
    {
        var (accepted, refused) = Compare(JsonCorpus.ByChance(30_000));

        Assert.InRange(accepted, 5_000, 25_000);
        Assert.InRange(refused, 5_000, 25_000);
    }

    [Fact]
    public void Every_byte_at_every_position_of_a_string_is_handled_as_in_the_framework()
    {
        // Strings are searched in blocks. The position within a block and the bytes after the last complete block must not matter.
        var documents = from at in Enumerable.Range(0, 35)
                        from value in Enumerable.Range(0, 256)
                        from rest in Enumerable.Range(0, 3)
                        select (byte[])
                        [
                            .. "{\"a\":\""u8,
                            .. new string('x', at).Select(letter => (byte)letter),
                            (byte)value,
                            .. new string('y', rest).Select(letter => (byte)letter),
                            .. "\"}"u8,
                        ];
        var (accepted, refused) = Compare(documents);

        // All bytes except the 32 control characters, the backslash (before a quote or an unknown letter) and the quote.
        Assert.Equal(35 * 3 * (256 - 34), accepted);
        Assert.Equal(35 * 3 * 34, refused);
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":1}", "it contains a member twice")]
    [InlineData("{\"\\u0061\":1}", "a member's name contains escape sequences")]
    [InlineData("{}{}", "there is content after the JSON object")]
    [InlineData("[]", "it is not a JSON object")]
    [InlineData("{\"a\"}", "it is not well-formed JSON")]
    [InlineData("{\"a\":1,\"b\":2,\"c\":3}", "it has too many members")]
    public void The_reader_reports_the_problem_and_stops(string json, string problem)
    {
        var reader = new JsonObjectReader(Encoding.UTF8.GetBytes(json), new JsonMemberNames.Entry[2]);

        while (reader.Read())
        {
        }

        Assert.Equal(problem, reader.Problem);
        Assert.False(reader.Read());
        Assert.Equal(problem, reader.Problem);
    }

    [Fact]
    public void After_the_end_of_the_document_there_are_no_more_members()
    {
        var reader = new JsonObjectReader("{\"a\":1}"u8, new JsonMemberNames.Entry[2]);

        Assert.True(reader.Read());
        Assert.Equal("a"u8, reader.Name);
        Assert.False(reader.Read());
        Assert.Null(reader.Problem);
    }

    [Fact]
    public void Names_of_any_length_that_differ_only_in_one_letter_are_distinguished()
    {
        for (var length = 0; length < 40; length++)
        {
            var name = new string('n', length);

            Assert.Null(
                Problem($"{{\"{name}a\":1,\"{name}b\":1,\"a{name}\":{(length == 0 ? "1,\"a\":1" : "1")}}}") is var problem && length == 0
                    ? null
                    : problem);
            Assert.Equal("it contains a member twice", Problem($"{{\"{name}a\":1,\"{name}b\":1,\"{name}a\":1}}"));
        }
    }

    private static string? Problem(string json)
    {
        var reader = new JsonObjectReader(Encoding.UTF8.GetBytes(json), new JsonMemberNames.Entry[16]);

        while (reader.Read())
        {
        }

        return reader.Problem;
    }

    private static (int Accepted, int Rejected) Compare(IEnumerable<byte[]> documents)
    {
        var (accepted, refused) = (0, 0);

        foreach (var json in documents)
        {
            var expected = ReadByFramework(json);
            var found = Read(json);
            Assert.True(
                (expected is null) == (found is null),
                $"Only {(found is null ? "the framework" : "this library")} accepted: {Encoding.UTF8.GetString(json)}");

            if (expected is null)
            {
                refused++;
                continue;
            }

            accepted++;
            Assert.Equal(expected, found);
        }

        return (accepted, refused);
    }

    /// <summary>Each member as name, kind, raw text and text, or null if the document is rejected.</summary>
    private static List<(string Name, JsonKind Kind, string Raw, string? Text)>? Read(byte[] json)
    {
        var members = new List<(string, JsonKind, string, string?)>();
        var reader = new JsonObjectReader(json, new JsonMemberNames.Entry[JsonObjectReader.MaximumMembers]);

        while (reader.Read())
        {
            var value = reader.Value;
            var raw = value.Raw(json);
            var isText = value.Kind == JsonKind.String && JsonText.IsText(raw, out _);
            var text = isText ? value.Text(json) : null;

            if (isText)
            {
                Assert.True(value.Says(json, Encoding.UTF8.GetBytes(text!)));
                Assert.False(value.Says(json, Encoding.UTF8.GetBytes(text + "x")));
            }

            members.Add((Encoding.UTF8.GetString(reader.Name), value.Kind, Convert.ToHexString(raw), text));
        }

        return reader.Problem is null ? members : null;
    }

    private static List<(string Name, JsonKind Kind, string Raw, string? Text)>? ReadByFramework(byte[] json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
            var members = new List<(string, JsonKind, string, string?)>();
            var names = new HashSet<string>();

            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                // Our own rule: a member name is not escaped, and it is unique.
                if (reader.ValueIsEscaped
                    || !names.Add(Convert.ToHexString(reader.ValueSpan))
                    || names.Count > JsonObjectReader.MaximumMembers)
                {
                    return null;
                }

                var name = Encoding.UTF8.GetString(reader.ValueSpan);
                reader.Read();
                var isString = reader.TokenType == JsonTokenType.String;
                var text = isString ? Text(ref reader) : null;
                var kind = Kind(reader.TokenType);
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var end = (int)reader.BytesConsumed;
                members.Add(
                    (name, kind, Convert.ToHexString(isString ? json.AsSpan((start + 1)..(end - 1)) : json.AsSpan(start..end)), text));
            }

            // Read to the end of the document, because only there does the reader detect trailing content.
            return reader.Read() ? null : Confirm(json, members);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The framework's document parser must agree with its reader, otherwise the comparison is meaningless.</summary>
    private static List<(string, JsonKind, string, string?)> Confirm(byte[] json, List<(string, JsonKind, string, string?)> members)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
        Assert.Equal(members.Count, document.RootElement.EnumerateObject().Count());

        return members;
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // Not UTF-8, or an unpaired surrogate in an escape sequence.
            return null;
        }
    }

    internal static JsonKind Kind(JsonTokenType type) => type switch
    {
        JsonTokenType.String => JsonKind.String,
        JsonTokenType.Number => JsonKind.Number,
        JsonTokenType.True or JsonTokenType.False => JsonKind.Boolean,
        JsonTokenType.Null => JsonKind.Null,
        JsonTokenType.StartObject => JsonKind.Object,
        JsonTokenType.StartArray => JsonKind.Array,
        _ => JsonKind.None,
    };
}
