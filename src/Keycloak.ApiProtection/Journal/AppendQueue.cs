namespace Keycloak.ApiProtection.Journal;

/// <summary>The marks of this process that are not durable yet, in their order. A state machine without I/O, clock and lock.</summary>
/// <remarks>
/// Its size is limited. If the journal does not accept marks for a long time, those that wait are merged into a watermark of their realm:
/// it rejects more tokens than they do, never fewer.
/// </remarks>
/// <param name="capacity">The maximum number of marks that are kept individually.</param>
internal sealed class AppendQueue(int capacity)
{
    // Each with the number up to which all marks are durable when it is.
    private readonly List<(RevocationMark Mark, long Number)> _waiting = [];
    private int _taken;

    /// <summary>Gets the number of marks that wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Gets the number of the mark that was added last: the first one is 1.</summary>
    public long Last { get; private set; }

    /// <summary>Gets up to which number all marks are durable.</summary>
    public long Durable { get; private set; }

    /// <summary>Adds a mark. Returns how many marks were merged because there are too many.</summary>
    public int Add(RevocationMark mark)
    {
        _waiting.Add((mark, ++Last));
        return _waiting.Count > capacity ? Merge() : 0;
    }

    /// <summary>Returns the marks to append next. They remain in the queue until <see cref="Appended"/>.</summary>
    public IReadOnlyList<RevocationMark> Take(int most)
    {
        _taken = Math.Min(most, _waiting.Count);
        return [.. _waiting.Take(_taken).Select(waiting => waiting.Mark)];
    }

    /// <summary>The marks that were taken are durable.</summary>
    public void Appended()
    {
        Durable = _waiting[_taken - 1].Number;
        _waiting.RemoveRange(0, _taken);
        _taken = 0;
    }

    /// <summary>The marks that were taken are perhaps not durable.</summary>
    public void Failed() => _taken = 0;

    private int Merge()
    {
        // A not-before of a realm or a client can be in the future, and would reject every token as a watermark. There are few of them.
        var waiting = _waiting[_taken..];
        var merged = waiting.FindAll(one => !IsNotBefore(one.Mark));
        if (merged.Count <= capacity / 2)
        {
            // Otherwise nearly every new mark would merge again.
            merged = waiting;
        }

        var marks = waiting.Except(merged).Select(one => one.Mark).Concat(Watermarks(merged.Select(one => one.Mark))).ToArray();
        var before = _taken == 0 ? Durable : _waiting[_taken - 1].Number;
        _waiting.RemoveRange(_taken, waiting.Count);
        _waiting.AddRange(marks.Select((mark, index) => (mark, index == marks.Length - 1 ? Last : before)));
        return merged.Count;
    }

    // A token that must only be introspected is not rejected because of the merge.
    private static IEnumerable<RevocationMark> Watermarks(IEnumerable<RevocationMark> merged) =>
        merged.GroupBy(mark => (mark.Realm, mark.IsRecheck)).Select(group => new RevocationMark(
            group.Key.IsRecheck ? MarkKind.RecheckRealm : MarkKind.Watermark,
            group.Key.Realm,
            Name: default,
            Client: default,
            group.Max(mark => mark.Until),
            group.Max(mark => mark.Lifetime))
        {
            Id = group.First().Id,
        });

    private static bool IsNotBefore(RevocationMark mark) => mark.Kind is MarkKind.Realm or MarkKind.Client;
}
