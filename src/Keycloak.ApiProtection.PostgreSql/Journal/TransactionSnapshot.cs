using System.Globalization;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>
/// A snapshot of transactions, as PostgreSQL's <c>pg_current_snapshot()</c> writes it: <c>xmin:xmax:running</c>. Transactions below xmin
/// have ended, those from xmax on have not begun, and those in between have ended unless they are listed.
/// </summary>
internal sealed class TransactionSnapshot
{
    private readonly string _text;
    private readonly ulong[] _running;

    private TransactionSnapshot(string text, ulong xmin, ulong xmax, ulong[] running)
    {
        _text = text;
        Xmin = xmin;
        Xmax = xmax;
        _running = running;
    }

    /// <summary>The oldest transaction that had not ended.</summary>
    public ulong Xmin { get; }

    /// <summary>The first transaction that had not begun.</summary>
    public ulong Xmax { get; }

    /// <summary>
    /// Whether a transaction had ended, as <c>pg_visible_in_snapshot</c> returns. Its rows were visible if it was committed.
    /// </summary>
    public bool Covers(ulong transaction) =>
        transaction < Xmin || (transaction < Xmax && Array.BinarySearch(_running, transaction) < 0);

    /// <summary>Parses the text of PostgreSQL.</summary>
    /// <returns>The snapshot; null if the text is not one.</returns>
    public static TransactionSnapshot? Parse(ReadOnlySpan<char> text)
    {
        var first = text.IndexOf(':');
        var second = first < 0 ? -1 : text[(first + 1)..].IndexOf(':');
        if (second < 0
            || !TryParse(text[..first], out var xmin)
            || !TryParse(text.Slice(first + 1, second), out var xmax)
            || xmin == 0
            || xmax < xmin)
        {
            return null;
        }

        var list = text[(first + second + 2)..];
        var running = new List<ulong>();
        if (!list.IsEmpty)
        {
            foreach (var range in list.Split(','))
            {
                if (!TryParse(list[range], out var transaction)
                    || transaction < xmin
                    || transaction >= xmax
                    || (running.Count > 0 && transaction <= running[^1]))
                {
                    return null;
                }

                running.Add(transaction);
            }
        }

        return new TransactionSnapshot(text.ToString(), xmin, xmax, [.. running]);
    }

    public override string ToString() => _text;

    private static bool TryParse(ReadOnlySpan<char> text, out ulong transaction) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out transaction);
}
