using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tests.Json;

/// <summary>Enumerating a document that was found valid gives the same members and values again.</summary>
public sealed class JsonMembersTests
{
    [Fact]
    public void Every_member_of_a_valid_document_is_found_with_its_value()
    {
        var good = 0;
        foreach (var json in JsonCorpus.ByHand().Concat(JsonCorpus.ByChance(30_000)))
        {
            if (Checked(json) is not { } expected)
            {
                continue;
            }

            good++;
            var found = new List<(string, string)>();
            var members = new JsonMembers(json);
            while (members.Read())
            {
                found.Add((Encoding.UTF8.GetString(members.Name.Raw(json)), Convert.ToHexString(members.Value.Raw(json))));
                AssertReads(members.ReadValue(), members.Value, json);
            }

            Assert.Equal(expected, found);
            Assert.False(members.Read());
        }

        Assert.InRange(good, 5_000, 30_000);
    }

    [Fact]
    public void Enumerating_an_invalid_document_ends_and_does_not_throw()
    {
        foreach (var json in JsonCorpus.ByHand().Concat(JsonCorpus.ByChance(5_000)))
        {
            var members = new JsonMembers(json);
            var count = 0;
            while (members.Read())
            {
                Assert.InRange(++count, 1, json.Length);
            }
        }
    }

    [Fact]
    public void A_member_is_found_by_its_name_even_if_the_name_is_escaped()
    {
        var json = """{"a":{"b":1},"x":[{"b":2}],"\u0062":3}"""u8;
        var members = new JsonMembers(json);

        Assert.True(members.Find("b"u8));
        Assert.True(members.Value.TryGetInteger(json, out var number));
        Assert.Equal(3, number);

        Assert.False(new JsonMembers(json).Find("c"u8));
        Assert.False(new JsonMembers("[]"u8).Find("a"u8));
        Assert.False(new JsonMembers(""u8).Find("a"u8));
    }

    private static void AssertReads(Utf8JsonReader reader, JsonValue value, byte[] json)
    {
        Assert.Equal(value.Kind, JsonObjectReaderTests.Kind(reader.TokenType));
        if (value.Kind == JsonKind.String)
        {
            Assert.Equal(value.Raw(json), reader.ValueSpan);
        }

        reader.Skip();
        Assert.False(reader.Read());
        Assert.Equal(value.Length + (value.Kind == JsonKind.String ? 2 : 0), (int)reader.BytesConsumed);
    }

    /// <summary>The members that the validating reader returns, or null if it found a problem.</summary>
    private static List<(string Name, string Value)>? Checked(byte[] json)
    {
        var members = new List<(string, string)>();
        var reader = new JsonObjectReader(json, new JsonMemberNames.Entry[JsonObjectReader.MaximumMembers]);
        while (reader.Read())
        {
            members.Add((Encoding.UTF8.GetString(reader.Name), Convert.ToHexString(reader.Value.Raw(json))));
        }

        return reader.Problem is null ? members : null;
    }
}
