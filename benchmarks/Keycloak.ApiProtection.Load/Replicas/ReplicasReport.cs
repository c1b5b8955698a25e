using System.Globalization;
using System.Text;

namespace Keycloak.ApiProtection.Load.Replicas;

/// <summary>Writes the part of docs/performance.md about replicas that share a journal.</summary>
internal static class ReplicasReport
{
    public static void Write(StringBuilder text, ReplicasResults results)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"Machine: {results.Machine}. {results.At:yyyy-MM-dd}, in a run of its own.");
        text.AppendLine();
        Requests(text, results);
        Database(text, results);
    }

    private static void Requests(StringBuilder text, ReplicasResults results)
    {
        text.AppendLine("""
            All checks of a request's token, with `AddRevocationJournal()` and without it, in turn in one process. Each ratio is the
            median of the rounds, with the quartiles in parentheses. A new token is not in the cache; its first check computes SHA-256
            hashes if there are revocations.
            """);
        text.AppendLine();
        text.AppendLine("| Token | Revocations | Without a journal | With a journal, ratio | Additional time | Additional allocation |");
        text.AppendLine("|---|---:|---:|---|---:|---:|");
        foreach (var one in results.Requests)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {one.Token} | {one.Revocations:N0} | {one.Without:N0} ns "
                + $"| {one.Ratio:0.00} ({one.LowerRatio:0.00} to {one.UpperRatio:0.00}) "
                + $"| {one.Additional:N0} ns | {one.AdditionalBytes:0} B |");
        }

        text.AppendLine();
    }

    private static void Database(StringBuilder text, ReplicasResults results)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            {results.Database} on the same machine and the same cores, through the loopback interface, with `fsync=on`. Each caller
            revokes a session, waits until it is durable, and revokes the next one, as concurrent notifications of Keycloak do. One
            process appends up to 500 revocations at once.
            """);
        text.AppendLine();
        text.AppendLine("| Concurrent callers | Revocations/s | p50 | p99 |");
        text.AppendLine("|---:|---:|---:|---:|");
        foreach (var one in results.Appends)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture, $"| {one.Callers} | {one.PerSecond:N0} | {one.P50:0.0} ms | {one.P99:0.0} ms |");
        }

        var (start, propagation) = (results.Start, results.Propagation);
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            A replica that starts reads {start.Entries:N0} entries in {start.Milliseconds:N0} ms (median of {start.Starts} starts,
            {start.Least:N0} to {start.Most:N0} ms) before it accepts requests. The heap then has {start.BytesPerEntry:N0} bytes more for
            each entry; {start.AllocatedPerEntry:N0} bytes were allocated for each while it was read.

            From a revocation at one replica to its effect at another: p50 {propagation.P50:0.0} ms, p99 {propagation.P99:0.0} ms,
            maximum {propagation.Most:0.0} ms ({propagation.Revocations:N0} revocations, one after the other). Both replicas are hosts in
            one process, with database connections of their own. The times are longer if other programs use the cores.
            """);
        text.AppendLine();
    }
}
