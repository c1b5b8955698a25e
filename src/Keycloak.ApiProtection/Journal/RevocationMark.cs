using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Journal;

/// <summary>A revocation as the log and the journal keep it: without names. Applying it twice changes nothing.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Realm">The realm (<c>iss</c>) whose tokens it covers.</param>
/// <param name="Name">The session, user, client or token; no name for all tokens of the realm.</param>
/// <param name="Client">The client, for kinds that name a client and something else; otherwise no name.</param>
/// <param name="Until">
/// Tokens with an <c>iat</c> up to this time, in seconds since 1970, are covered. An ended session covers later ones, too.
/// </param>
/// <param name="Lifetime">How long it is kept, counted from now.</param>
internal sealed record RevocationMark(
    MarkKind Kind, HashedName Realm, HashedName Name, HashedName Client, long Until, TimeSpan Lifetime)
{
    /// <summary>
    /// Gets the id of a mark that has tokens introspected; otherwise 0. Such a mark applies from the moment at which a process learns of
    /// it, so reading it twice must not apply it twice. It is random, or the same for all replicas that read the same stored event.
    /// </summary>
    public ulong Id { get; init; }

    /// <summary>Gets whether the covered tokens are introspected instead of rejected.</summary>
    public bool IsRecheck => Kind is MarkKind.RecheckUser or MarkKind.RecheckClientOfUser or MarkKind.RecheckRealm;
}
