namespace Keycloak.ApiProtection;

/// <summary>
/// An event that concerns tokens: those that it names and that were issued at or before <see cref="IssuedUntil"/>. It rejects them, or,
/// with <see cref="RevocationKind.RecheckUser"/> and <see cref="RevocationKind.RecheckAll"/>, lets them be introspected again.
/// </summary>
/// <param name="Kind">The kind of tokens that it covers.</param>
/// <param name="Id">
/// The session, user, client or token; null for <see cref="RevocationKind.Realm"/> and <see cref="RevocationKind.RecheckAll"/>, and if the
/// source is <see cref="RevocationSource.Journal"/>.
/// </param>
/// <param name="IssuedUntil">
/// Tokens whose <c>iat</c> is at or before this time are covered. The precision is one second: a token that was issued in the same second
/// is rejected, too. Newer tokens are accepted, because after a withdrawn consent the other clients of the session continue with new
/// tokens.
/// </param>
/// <param name="ExpiresAt">The time when all tokens that it covers have expired, so that the event can be removed.</param>
/// <param name="Source">The source of the event.</param>
public sealed record KeycloakRevocation(
    RevocationKind Kind,
    string? Id,
    DateTimeOffset IssuedUntil,
    DateTimeOffset ExpiresAt,
    RevocationSource Source)
{
    /// <summary>
    /// Gets whether Keycloak also ended the user's offline sessions (<c>revoke_offline_access</c>). An application that keeps offline
    /// tokens should delete them then. If false, the event covers only tokens that were issued until now, and an offline token can still be
    /// used to get new ones.
    /// </summary>
    public bool RevokesOfflineAccess { get; init; }

    /// <summary>
    /// Gets the client whose tokens of the session are rejected for <see cref="KeycloakRevocationOptions.EndedSessionLifetime"/>, even if
    /// they are issued later. To forward the event, call <see cref="IKeycloakRevocations.EndSession"/>.
    /// </summary>
    /// <value>Null if <see cref="IssuedUntil"/> alone decides which tokens the event covers.</value>
    public string? EndedForClient { get; init; }

    /// <summary>
    /// Gets the client that the tokens were issued to (<c>azp</c>), if the event covers only the tokens of one client of the session
    /// (<see cref="RevocationKind.ClientSession"/>) or of the user (<see cref="RevocationKind.RecheckUser"/>).
    /// </summary>
    /// <value>Null if the event covers the tokens of all clients, or if <see cref="Id"/> is the client.</value>
    public string? ClientId { get; init; }

    /// <summary>
    /// Gets whether the event covers only tokens of the user's online sessions, and not those of offline sessions and of service accounts.
    /// For <see cref="RevocationKind.User"/>.
    /// </summary>
    public bool OnlineSessionsOnly { get; init; }

    /// <summary>
    /// Gets the id of the stored event that this is the effect of. Several replicas may read the same event, and one may read it again.
    /// </summary>
    internal string? EventId { get; init; }
}
