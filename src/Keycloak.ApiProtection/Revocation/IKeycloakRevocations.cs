using System.Security.Claims;

namespace Keycloak.ApiProtection;

/// <summary>The revocations of one scheme: what Keycloak pushed and what the application revoked. Asked on every request.</summary>
/// <remarks>
/// <para>Inject it as it is where there is one scheme, or with <c>[FromKeyedServices("scheme")]</c> where there are several. Thread-safe.</para>
/// <para>A revocation counts at once, in this process and until it ends; it does not survive a restart, and says nothing to Keycloak.</para>
/// </remarks>
public interface IKeycloakRevocations
{
    /// <summary>Gets the scheme whose tokens are meant.</summary>
    string Scheme { get; }

    /// <summary>Gets how many events are held now.</summary>
    int Count { get; }

    /// <summary>
    /// Gets the watermark: tokens that were issued not after it are refused, whosever they are, because events older than it had to give
    /// way when more than <see cref="KeycloakBearerOptions.RevocationCapacity"/> came together. Null: there is none.
    /// </summary>
    DateTimeOffset? Watermark { get; }

    /// <summary>Refuses the tokens of one session.</summary>
    /// <param name="sessionId">The session (<c>sid</c>).</param>
    /// <param name="issuedUntil">
    /// Tokens issued until then. Null: until now and <see cref="KeycloakBearerOptions.ClockSkew"/>, because Keycloak's clock may be ahead.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="sessionId"/> is null or empty.</exception>
    void RevokeSession(string sessionId, DateTimeOffset? issuedUntil = null);

    /// <summary>
    /// Rejects the tokens of one session that were issued until now, as <see cref="RevokeSession"/> does, and one client's tokens of the
    /// session however young they are, for <see cref="KeycloakBearerOptions.EndedSessionLifetime"/>: what a logout token does.
    /// </summary>
    /// <param name="sessionId">The session (<c>sid</c>).</param>
    /// <param name="clientId">The client that the tokens were issued to (<c>azp</c>).</param>
    /// <param name="revokesOfflineAccess">Whether the client's offline session ended, too. False: its tokens (scope <c>offline_access</c>) are rejected only if they were issued until now.</param>
    /// <exception cref="ArgumentException"><paramref name="sessionId"/> or <paramref name="clientId"/> is null or empty.</exception>
    void EndSession(string sessionId, string clientId, bool revokesOfflineAccess = false);

    /// <summary>Refuses the tokens of all sessions of one user.</summary>
    /// <param name="subject">The user (<c>sub</c>).</param>
    /// <param name="issuedUntil">
    /// Tokens issued until then. Null: until now and <see cref="KeycloakBearerOptions.ClockSkew"/>, because Keycloak's clock may be ahead.
    /// Tokens of a new login are rejected for that long, too: where both clocks are the same, pass the present time.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="subject"/> is null or empty.</exception>
    void RevokeUser(string subject, DateTimeOffset? issuedUntil = null);

    /// <summary>Refuses one token.</summary>
    /// <param name="tokenId">The token (<c>jti</c>), the whole of it.</param>
    /// <param name="expiresAt">When the token ends by itself (<c>exp</c>).</param>
    /// <exception cref="ArgumentException"><paramref name="tokenId"/> is null or empty.</exception>
    void RevokeToken(string tokenId, DateTimeOffset expiresAt);

    /// <summary>Refuses the tokens that were issued to one client until a time. It never moves back: an older time changes nothing.</summary>
    /// <param name="clientId">The client that the tokens were issued to (<c>azp</c>).</param>
    /// <param name="time">The time.</param>
    /// <exception cref="ArgumentException"><paramref name="clientId"/> is null or empty.</exception>
    void NotBefore(string clientId, DateTimeOffset time);

    /// <summary>Refuses all tokens that were issued until a time. It never moves back: an older time changes nothing.</summary>
    /// <param name="time">The time.</param>
    void NotBefore(DateTimeOffset time);

    /// <summary>Whether a token that was accepted once would be refused now. For work that outlives its request.</summary>
    /// <param name="user">The user as authenticated by this scheme.</param>
    bool IsRevoked(ClaimsPrincipal user);

    /// <summary>Calls back once when the user's token is revoked, at once where it is already: for connections that stay open.</summary>
    /// <param name="user">The user as authenticated by this scheme. One without a Keycloak token can not be revoked: nothing is called.</param>
    /// <param name="revoked">Called on the thread pool, at most once.</param>
    /// <returns>Ends the watch when disposed; dispose it when the connection closes.</returns>
    /// <remarks>SignalR: <c>AddSignalR().AddKeycloakRevocations()</c>. A single request: <c>HttpContext.GetRevocationToken()</c>.</remarks>
    IDisposable Watch(ClaimsPrincipal user, Action revoked);

    /// <summary>Calls back for every revocation that changes something, after it counts.</summary>
    /// <param name="observer">Called where the revocation was made: it must be quick. An exception of it is logged and goes no further.</param>
    /// <returns>Ends the observation when disposed.</returns>
    IDisposable Observe(Action<KeycloakRevocation> observer);
}
