namespace Keycloak.ApiProtection.Benchmarks.Replicas;

/// <summary>A journal without entries, for the measurement of requests: they never wait for a journal.</summary>
internal sealed class EmptyJournal : IRevocationJournal
{
    public ValueTask AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken) => default;

    public ValueTask<RevocationPage> ReadAsync(RevocationPosition? after, CancellationToken cancellationToken) =>
        new(new RevocationPage([], new RevocationPosition("end"), IsLast: true));
}
