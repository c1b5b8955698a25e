using Keycloak.ApiProtection.Journal;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>The ids of the marks that have tokens introspected and that were applied to one scheme.</summary>
/// <remarks>If there are too many, all are forgotten: tokens are then introspected once more, which is harmless.</remarks>
internal sealed class AppliedRechecks
{
    private const int Most = 100_000;

    private readonly Lock _gate = new();
    private readonly HashSet<ulong> _ids = [];

    /// <summary>Adds the id of a mark. False if the mark was applied before.</summary>
    public bool Add(RevocationMark mark)
    {
        lock (_gate)
        {
            if (_ids.Count >= Most)
            {
                _ids.Clear();
            }

            return _ids.Add(mark.Id);
        }
    }
}
