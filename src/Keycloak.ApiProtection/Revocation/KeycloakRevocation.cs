namespace Keycloak.ApiProtection;

/// <summary>One event by which tokens stop being accepted: those it names, issued not later than <see cref="IssuedUntil"/>.</summary>
/// <param name="Kind">What it ends.</param>
/// <param name="Id">The session, user, client or token; null for <see cref="RevocationKind.Realm"/>.</param>
/// <param name="IssuedUntil">
/// Tokens whose <c>iat</c> is not after this are refused, to the second: one issued in the same second is refused too. Younger ones are
/// accepted, because after a withdrawn consent the session's other clients go on with new tokens.
/// </param>
/// <param name="ExpiresAt">From when on no such token can be valid any more, so that the event may be forgotten.</param>
/// <param name="Source">Who revoked.</param>
public sealed record KeycloakRevocation(
    RevocationKind Kind,
    string? Id,
    DateTimeOffset IssuedUntil,
    DateTimeOffset ExpiresAt,
    RevocationSource Source)
{
    /// <summary>
    /// Gets whether Keycloak also ended the user's offline sessions (<c>revoke_offline_access</c>): an application that keeps offline
    /// tokens drops them now. Without it, only tokens that were issued until now are meant, and an offline token goes on bringing new ones.
    /// </summary>
    public bool RevokesOfflineAccess { get; init; }

    /// <summary>
    /// Gets the client whose tokens of the session are rejected however young they are, for
    /// <see cref="KeycloakBearerOptions.EndedSessionLifetime"/>. To pass the event on: <see cref="IKeycloakRevocations.EndSession"/>.
    /// </summary>
    /// <value>Null where the event covers tokens by <see cref="IssuedUntil"/> alone.</value>
    public string? EndedForClient { get; init; }
}
