using Keycloak.ApiProtection.PostgreSql.Tests.Server;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Contract;

/// <summary>What <see cref="IRevocationJournal"/> promises, for each implementation.</summary>
public sealed class JournalContractTests(PostgreSqlFixture fixture)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static TheoryData<string> Kinds => ["memory", "PostgreSQL"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Appended_entries_are_read_with_their_remaining_lifetime(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var journal = journals.Open();

        await journal.AppendAsync([new("{\"v\":1}", Hour), new("\"\\ \u00e9", Hour * 2)], Cancellation);
        var entries = (await new JournalReader(journal).ReadAsync()).OrderBy(entry => entry.Lifetime).ToArray();

        Assert.Equal(["{\"v\":1}", "\"\\ \u00e9"], entries.Select(entry => entry.Content));
        Assert.InRange(entries[0].Lifetime, Hour * 0.9, Hour);
        Assert.InRange(entries[1].Lifetime, Hour * 1.9, Hour * 2);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_empty_journal_has_no_entries_and_a_position(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var journal = journals.Open();

        var page = await journal.ReadAsync(null, Cancellation);

        Assert.True(page.IsLast);
        Assert.Empty(page.Entries);
        Assert.Empty((await journal.ReadAsync(page.Position, Cancellation)).Entries);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_reader_reads_each_entry(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var readers = Enumerable.Range(0, 3).Select(_ => new JournalReader(journals.Open())).ToArray();
        await readers[0].ReadAsync();

        await journals.Open().AppendAsync([new("a", Hour), new("b", Hour)], Cancellation);

        foreach (var reader in readers)
        {
            Assert.Equal(["a", "b"], await reader.ContentsAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task From_a_position_only_newer_entries_are_read(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var journal = journals.Open();
        var reader = new JournalReader(journal);
        await journal.AppendAsync([new("old", Hour)], Cancellation);
        Assert.Equal(["old"], await reader.ContentsAsync());

        await journal.AppendAsync([new("new", Hour)], Cancellation);

        Assert.Equal(["new"], await reader.ContentsAsync());
        Assert.Empty(await reader.ContentsAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_position_can_be_used_again_and_by_another_process(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var reader = new JournalReader(journals.Open());
        await reader.ReadAsync();
        var position = reader.Position;
        await journals.Open().AppendAsync([new("a", Hour)], Cancellation);

        Assert.Equal(["a"], await reader.ContentsAsync());
        Assert.Equal(["a"], await new JournalReader(journals.Open()) { Position = position }.ContentsAsync());
        reader.Position = position;
        Assert.Equal(["a"], await reader.ContentsAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Entries_that_were_appended_twice_are_read(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var journal = journals.Open();

        await journal.AppendAsync([new("a", Hour), new("b", Hour)], Cancellation);
        await journal.AppendAsync([new("a", Hour), new("b", Hour)], Cancellation);

        Assert.Equal(["a", "b"], (await new JournalReader(journal).ContentsAsync()).Distinct());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_position_that_the_journal_did_not_return_reads_everything(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var journal = journals.Open();
        await journal.AppendAsync([new("a", Hour)], Cancellation);

        foreach (var position in (string[])["", "yesterday", "1;;;;0", "0/5", "1;elsewhere;3:9:;;0", "1;elsewhere;;3:9:5,7;4"])
        {
            Assert.Equal(["a"], await new JournalReader(journal) { Position = new(position) }.ContentsAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Expired_entries_are_not_returned(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var journal = journals.Open();

        await journal.AppendAsync([new("expired", TimeSpan.Zero), new("negative", -Hour), new("live", Hour)], Cancellation);

        Assert.Equal(["live"], await new JournalReader(journal).ContentsAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Five_hundred_entries_are_appended_at_once(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var journal = journals.Open();
        var content = new string('x', 500);
        var entries = Enumerable.Range(0, 500).Select(number => new RevocationEntry($"{content}{number}", Hour)).ToArray();

        await journal.AppendAsync(entries, Cancellation);

        Assert.Equal(
            entries.Select(entry => entry.Content).Order(StringComparer.Ordinal), await new JournalReader(journal).ContentsAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_reader_misses_nothing_while_many_processes_append(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var reader = new JournalReader(journals.Open());
        await reader.ReadAsync();
        var read = new List<string>();

        var appending = Task.WhenAll(Enumerable.Range(0, 6).Select(async process =>
        {
            var journal = journals.Open();
            for (var number = 0; number < 40; number++)
            {
                await journal.AppendAsync([new($"{process}/{number}", Hour)], Cancellation);
            }
        }));
        while (!appending.IsCompleted)
        {
            read.AddRange(await reader.ContentsAsync());
        }

        await appending;
        read.AddRange(await reader.ContentsAsync());
        Assert.Equal(240, read.Distinct().Count());
        Assert.Equal(240, read.Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_wait_completes_after_an_append_of_another_process(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var journal = journals.Open();
        var reader = new JournalReader(journal);
        await reader.ReadAsync();
        var waiting = WaitForContentAsync(journal, reader);

        await journals.Open().AppendAsync([new("a", Hour)], Cancellation);

        Assert.Equal(["a"], await waiting);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_append_between_a_read_and_the_wait_completes_the_wait(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var journal = journals.Open();
        var reader = new JournalReader(journal);
        await reader.ReadAsync();
        await journals.Open().AppendAsync([new("first", Hour)], Cancellation);
        Assert.Equal(["first"], await WaitForContentAsync(journal, reader));

        // The wait begins after the notification was received, or before it: either way it completes.
        await journals.Open().AppendAsync([new("second", Hour)], Cancellation);

        Assert.Equal(["second"], await WaitForContentAsync(journal, reader));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_wait_can_be_canceled(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var journal = journals.Open();
        await journal.ReadAsync(null, Cancellation);
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WaitForeverAsync(canceled.Token));

        async Task WaitForeverAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                await journal.ReadAsync(null, Cancellation);
                await journal.WaitAsync(cancellationToken);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_process_at_a_time_has_the_turn(string kind)
    {
        await using var journals = await JournalUnderTest.CreateAsync(kind, fixture);
        var first = journals.Open();
        var second = journals.Open();

        Assert.True(await first.TryTakeTurnAsync("events", Cancellation));
        Assert.False(await second.TryTakeTurnAsync("events", Cancellation));
        Assert.True(await second.TryTakeTurnAsync("other work", Cancellation));
        Assert.True(await first.TryTakeTurnAsync("events", Cancellation));
        Assert.False(await first.TryTakeTurnAsync("other work", Cancellation));
    }

    private static async Task<string[]> WaitForContentAsync(IRevocationJournal journal, JournalReader reader)
    {
        while (true)
        {
            await journal.WaitAsync(Cancellation);
            if (await reader.ContentsAsync() is { Length: > 0 } contents)
            {
                return contents;
            }
        }
    }
}
