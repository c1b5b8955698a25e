namespace Keycloak.ApiProtection.Load.Replicas;

/// <summary>The cost of reading the journal when an application starts: the median of several starts.</summary>
/// <param name="Entries">The number of entries.</param>
/// <param name="Starts">The number of starts.</param>
/// <param name="Milliseconds">The time until everything was read.</param>
/// <param name="Least">The time of the fastest start.</param>
/// <param name="Most">The time of the slowest start.</param>
/// <param name="BytesPerEntry">By how many bytes the heap grew for each entry.</param>
/// <param name="AllocatedPerEntry">How many bytes were allocated for each entry, including those that were collected.</param>
internal sealed record StartCost(
    int Entries, int Starts, double Milliseconds, double Least, double Most, double BytesPerEntry, double AllocatedPerEntry);
