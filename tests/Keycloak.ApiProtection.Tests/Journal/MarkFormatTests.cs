using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Journal;

namespace Keycloak.ApiProtection.Tests.Journal;

public sealed class MarkFormatTests
{
    private const string Realm = "00000000000000010000000000000002";
    private const string Name = "a00000000000000b000000000000000c";

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static TheoryData<string> Kinds => [.. Enum.GetNames<MarkKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_mark_of_each_kind_is_read_as_it_was_written(string kind)
    {
        var mark = Mark(Enum.Parse<MarkKind>(kind));

        Assert.True(MarkFormat.TryRead(MarkFormat.Write(mark), out var read, out _));

        Assert.Equal(mark, read);
    }

    [Fact]
    public void The_format_of_version_1_does_not_change()
    {
        const string client = "00000000000000030000000000000004";
        var mark = new RevocationMark(
            MarkKind.EndedSession,
            new HashedName(1, 2),
            new HashedName(0xa00000000000000b, 0xc),
            new HashedName(3, 4),
            1_700_000_000,
            Hour);

        Assert.Equal(
            $$"""{"v":1,"kind":"endedSession","realm":"{{Realm}}","name":"{{Name}}","client":"{{client}}","until":1700000000}""",
            MarkFormat.Write(mark).Content);
    }

    [Fact]
    public void The_longest_entry_is_far_below_the_limit_that_the_contract_promises()
    {
        var mark = Mark(MarkKind.RecheckClientOfUser) with { Until = 253_402_300_799 };

        Assert.InRange(MarkFormat.Write(mark).Content.Length, 100, 300);
    }

    [Theory]
    [InlineData("""{"v":2,"kind":"session","realm":"R","name":"N","until":1700000000}""")]
    [InlineData("""{"v":2,"somethingElse":{"a":[1,2]}}""")]
    [InlineData("""{"v":1.5,"kind":"session","realm":"R","name":"N","until":1700000000}""")]
    [InlineData("""{"v":1,"kind":"device","realm":"R","name":"N","until":1700000000}""")]
    public void An_entry_of_a_later_version_is_skipped_and_told_apart_from_a_malformed_one(string content)
    {
        Assert.False(Read(content, out var isLater));
        Assert.True(isLater);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"v\":1")]
    [InlineData("""{"v":"1","kind":"session","realm":"R","name":"N","until":1700000000}""")]
    [InlineData("""{"v":1,"realm":"R","name":"N","until":1700000000}""")]
    [InlineData("""{"v":1,"kind":7,"realm":"R","name":"N","until":1700000000}""")]
    [InlineData("""{"v":1,"kind":"session","name":"N","until":1700000000}""")]
    [InlineData("""{"v":1,"kind":"session","realm":"R","until":1700000000}""")]
    [InlineData("""{"v":1,"kind":"session","realm":"R","name":"alice","until":1700000000}""")]
    [InlineData("""{"v":1,"kind":"session","realm":"R","name":null,"until":1700000000}""")]
    [InlineData("""{"v":1,"kind":"session","realm":"R","name":"N"}""")]
    [InlineData("""{"v":1,"kind":"session","realm":"R","name":"N","until":"1700000000"}""")]
    [InlineData("""{"v":1,"kind":"session","realm":"R","name":"N","until":-1}""")]
    [InlineData("""{"v":1,"kind":"session","realm":"R","name":"N","until":1e300}""")]
    [InlineData("""{"v":1,"v":1,"kind":"session","realm":"R","name":"N","until":1700000000}""")]
    [InlineData("""{"v":1,"kind":"session","realm":"R","name":"N","until":1700000000,"id":"00000000000000aa"}""")]
    [InlineData("""{"v":1,"kind":"recheckUser","realm":"R","name":"N","until":1700000000}""")]
    [InlineData("""{"v":1,"kind":"recheckUser","realm":"R","name":"N","until":1700000000,"id":"aa"}""")]
    [InlineData("""{"v":1,"kind":"clientSession","realm":"R","name":"N","until":1700000000}""")]
    [InlineData("""{"v":1,"kind":"session","realm":"00000000000000000000000000000000","name":"N","until":1700000000}""")]
    [InlineData("""{"v":1,"kind":"session","realm":"R","name":"A00000000000000B000000000000000C","until":1700000000}""")]
    public void A_malformed_entry_is_skipped(string content)
    {
        Assert.False(Read(content, out var isLater));
        Assert.False(isLater);
    }

    [Fact]
    public void The_nearest_good_entry_is_read()
    {
        Assert.True(Read("""{"v":1,"kind":"session","realm":"R","name":"N","until":1700000000}""", out _));
    }

    [Fact]
    public void A_member_that_this_version_does_not_know_is_ignored()
    {
        Assert.True(Read("""{"v":1,"kind":"session","realm":"R","name":"N","until":1700000000,"origin":"b7"}""", out _));
    }

    [Theory]
    [InlineData(513)]
    [InlineData(100_000)]
    public void An_entry_that_is_too_long_is_skipped_without_being_read(int length)
    {
        Assert.False(Read(new string(' ', length), out _));
    }

    [Theory]
    [InlineData("é")]
    [InlineData("\ud800")]
    public void An_entry_that_is_not_ascii_is_skipped(string text)
    {
        Assert.False(Read($$"""{"v":1,"kind":"session","realm":"R","name":"N","until":1700000000,"x":"{{text}}"}""", out _));
    }

    [Fact]
    public void An_entry_whose_lifetime_is_over_is_skipped()
    {
        var entry = MarkFormat.Write(Mark(MarkKind.Session)) with { Lifetime = TimeSpan.Zero };

        Assert.False(MarkFormat.TryRead(entry, out _, out _));
    }

    [Fact]
    public void No_mutation_of_an_entry_throws()
    {
        var random = new Random(20261121);
        var good = MarkFormat.Write(Mark(MarkKind.RecheckClientOfUser)).Content.ToCharArray();
        for (var round = 0; round < 20_000; round++)
        {
            var text = (char[])good.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                text[random.Next(text.Length)] = (char)random.Next(0, 130);
            }

            MarkFormat.TryRead(new RevocationEntry(new string(text, 0, random.Next(1, text.Length + 1)), Hour), out _, out _);
        }
    }

    private static RevocationMark Mark(MarkKind kind) =>
        new(kind, new HashedName(1, 2), new HashedName(3, 4), new HashedName(5, 6), 1_700_000_000, Hour)
        {
            Id = kind >= MarkKind.RecheckUser ? 0xffee_ddcc_bbaa_9988 : 0,
        };

    private static bool Read(string content, out bool isLater) => MarkFormat.TryRead(
        new RevocationEntry(
            content.Replace("\"R\"", $"\"{Realm}\"", StringComparison.Ordinal).Replace("\"N\"", $"\"{Name}\"", StringComparison.Ordinal),
            Hour),
        out _,
        out isLater);
}
