namespace Keycloak.ApiProtection.PostgreSql.Tests.Journal;

public sealed class SnapshotPositionTests
{
    private static readonly TransactionSnapshot Old = TransactionSnapshot.Parse("10:12:10")!;
    private static readonly TransactionSnapshot New = TransactionSnapshot.Parse("10:20:10,15")!;
    private static readonly TransactionSnapshot Newest = TransactionSnapshot.Parse("18:25:18")!;

    [Fact]
    public void The_position_after_the_last_page_is_the_snapshot_of_the_first()
    {
        var first = SnapshotPosition.After(new("server", Old, null, 0), "server", New, 7, isLast: false);
        var second = SnapshotPosition.After(first, "server", Newest, 9, isLast: true);

        Assert.Equal("1;server;10:12:10;10:20:10,15;7", first.ToString());
        Assert.False(first.IsBetweenReads);
        Assert.False(first.Covers(13));
        Assert.Equal("1;server;10:20:10,15;;0", second.ToString());
        Assert.True(second.IsBetweenReads);
        Assert.True(second.Covers(13));
        Assert.False(second.Covers(15));
        Assert.False(second.Covers(20));
    }

    [Fact]
    public void The_first_read_may_have_several_pages()
    {
        var first = SnapshotPosition.After(null, "server", New, 7, isLast: false);
        var second = SnapshotPosition.After(first, "server", Newest, 9, isLast: false);

        Assert.Equal("1;server;;10:20:10,15;7", first.ToString());
        Assert.False(first.Covers(3));
        Assert.Equal("1;server;;10:20:10,15;9", second.ToString());
    }

    [Theory]
    [InlineData("1;server;10:20:10,15;;0")]
    [InlineData("1;1795298680.189586/1795298678.889024;10:12:10;10:20:10,15;7")]
    [InlineData("1;server;;10:20:;9223372036854775807")]
    public void A_position_survives_as_text(string text) => Assert.Equal(text, SnapshotPosition.Parse(text)?.ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2;server;10:20:;;0")]
    [InlineData("1;;10:20:;;0")]
    [InlineData("1;server;10:20:;;7")]
    [InlineData("1;server;;;0")]
    [InlineData("1;server;x;;0")]
    [InlineData("1;server;10:20:;x;0")]
    [InlineData("1;server;10:20:;;-1")]
    [InlineData("1;server;10:20:;;")]
    [InlineData("1;server;10:20:;;0;")]
    public void Other_text_is_not_a_position(string? text) => Assert.Null(SnapshotPosition.Parse(text));
}
