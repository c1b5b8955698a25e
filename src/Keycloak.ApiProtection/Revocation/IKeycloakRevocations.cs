using System.Security.Claims;

namespace Keycloak.ApiProtection;

/// <summary>
/// The revocations of one scheme: those that Keycloak sent and those of the application. They are checked for every request.
/// </summary>
/// <remarks>
/// <para>Inject the service directly if there is one scheme, or with <c>[FromKeyedServices("scheme")]</c> if there are several. It is
/// thread-safe.</para>
/// <para>A revocation takes effect in this process immediately. With a journal (<c>AddRevocationJournal</c>), it also reaches the other
/// replicas and survives a restart; without one it does not. Keycloak is not notified.</para>
/// </remarks>
public interface IKeycloakRevocations
{
    /// <summary>Gets the authentication scheme whose tokens are revoked.</summary>
    string Scheme { get; }

    /// <summary>Gets the number of events that are currently kept.</summary>
    int Count { get; }

    /// <summary>
    /// Gets the watermark: all tokens that were issued at or before it are rejected. It is set when there are more events than
    /// <see cref="KeycloakRevocationOptions.Capacity"/>, and replaces the oldest of them. Null if there is none.
    /// </summary>
    DateTimeOffset? Watermark { get; }

    /// <summary>Revokes the tokens of one session.</summary>
    /// <param name="sessionId">The session (<c>sid</c>).</param>
    /// <param name="issuedUntil">
    /// Tokens that were issued at or before this time are rejected. Null: the current time plus
    /// <see cref="KeycloakBearerOptions.ClockSkew"/>, because Keycloak's clock may be ahead.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="sessionId"/> is null or empty.</exception>
    void RevokeSession(string sessionId, DateTimeOffset? issuedUntil = null);

    /// <summary>
    /// Revokes the tokens of one session that were issued until now, as <see cref="RevokeSession"/> does. In addition, one client's tokens
    /// of the session are rejected for <see cref="KeycloakRevocationOptions.EndedSessionLifetime"/>, even if they are issued later. A
    /// logout token has the same effect.
    /// </summary>
    /// <param name="sessionId">The session (<c>sid</c>).</param>
    /// <param name="clientId">The client that the tokens were issued to (<c>azp</c>).</param>
    /// <param name="revokesOfflineAccess">
    /// Whether the client's offline session ended, too. False: its tokens (scope <c>offline_access</c>) are rejected only if they were
    /// issued until now.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="sessionId"/> or <paramref name="clientId"/> is null or empty.</exception>
    void EndSession(string sessionId, string clientId, bool revokesOfflineAccess = false);

    /// <summary>Revokes the tokens of all sessions of one user.</summary>
    /// <param name="subject">The user (<c>sub</c>).</param>
    /// <param name="issuedUntil">
    /// Tokens that were issued at or before this time are rejected. Null: the current time plus
    /// <see cref="KeycloakBearerOptions.ClockSkew"/>, because Keycloak's clock may be ahead. Tokens of a new login are rejected during the
    /// clock skew, too; if both clocks are synchronized, pass the current time to avoid this.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="subject"/> is null or empty.</exception>
    void RevokeUser(string subject, DateTimeOffset? issuedUntil = null);

    /// <summary>
    /// Revokes the tokens of one user's online sessions. Tokens of offline sessions and of service accounts are not affected. This is what
    /// Keycloak 26 does when an administrator logs the user out.
    /// </summary>
    /// <param name="subject">The user (<c>sub</c>).</param>
    /// <param name="issuedUntil">
    /// Tokens that were issued at or before this time are rejected. Null: the current time plus
    /// <see cref="KeycloakBearerOptions.ClockSkew"/>, because Keycloak's clock may be ahead.
    /// </param>
    /// <remarks>
    /// Tokens of Keycloak before 26.2 do not tell which kind of session they are of (<c>jti</c>). All of them are rejected.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="subject"/> is null or empty.</exception>
    void RevokeOnlineSessions(string subject, DateTimeOffset? issuedUntil = null);

    /// <summary>
    /// Revokes the tokens of one client in one session, online or offline. This is what Keycloak does when the client revokes its refresh
    /// token. Other clients of the session are not affected.
    /// </summary>
    /// <param name="sessionId">The session (<c>sid</c>).</param>
    /// <param name="clientId">The client that the tokens were issued to (<c>azp</c>).</param>
    /// <param name="issuedUntil">
    /// Tokens that were issued at or before this time are rejected. Null: the current time plus
    /// <see cref="KeycloakBearerOptions.ClockSkew"/>, because Keycloak's clock may be ahead.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="sessionId"/> or <paramref name="clientId"/> is null or empty.</exception>
    void RevokeClientSession(string sessionId, string clientId, DateTimeOffset? issuedUntil = null);

    /// <summary>
    /// Has the tokens of one user introspected, because the user's rights have changed. Before such a token is accepted again, Keycloak is
    /// asked about it, and the roles of the response replace those of the token (<see cref="KeycloakIntrospectionOptions.RefreshRoles"/>).
    /// </summary>
    /// <param name="subject">The user (<c>sub</c>).</param>
    /// <param name="clientId">
    /// The client that the tokens were issued to (<c>azp</c>). Null: the tokens of all clients of the user.
    /// </param>
    /// <param name="issuedUntil">
    /// Tokens that were issued at or before this time are introspected. Null, or a later time: the current time plus
    /// <see cref="KeycloakBearerOptions.ClockSkew"/>, because Keycloak's clock may be ahead.
    /// </param>
    /// <remarks>
    /// <para>A response counts only if its introspection request was sent after this call. One response per token is sufficient; it is used
    /// as long as it is cached (<see cref="KeycloakIntrospectionOptions.MaximumTokens"/>), and is requested again after that. This does not
    /// depend on <see cref="KeycloakIntrospectionOptions.Mode"/>. If Keycloak is unavailable, the response is 503. Without credentials
    /// such a token is rejected (<c>recheck</c>).</para>
    /// <para>Open connections are not closed, and <see cref="IsRevoked"/> returns false.</para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="subject"/> is null or empty.</exception>
    void RecheckUser(string subject, string? clientId = null, DateTimeOffset? issuedUntil = null);

    /// <summary>
    /// Has all tokens introspected, because rights of many users have changed: for example, a role was deleted. The effect on each token is
    /// that of <see cref="RecheckUser"/>.
    /// </summary>
    /// <param name="issuedUntil">
    /// Tokens that were issued at or before this time are introspected. Null, or a later time: the current time plus
    /// <see cref="KeycloakBearerOptions.ClockSkew"/>, because Keycloak's clock may be ahead.
    /// </param>
    void RecheckAll(DateTimeOffset? issuedUntil = null);

    /// <summary>Revokes one token.</summary>
    /// <param name="tokenId">The complete id of the token (<c>jti</c>).</param>
    /// <param name="expiresAt">The time when the token expires (<c>exp</c>).</param>
    /// <exception cref="ArgumentException"><paramref name="tokenId"/> is null or empty.</exception>
    void RevokeToken(string tokenId, DateTimeOffset expiresAt);

    /// <summary>
    /// Revokes the tokens of one client that were issued until a time. The time never moves back: an earlier time has no effect.
    /// </summary>
    /// <param name="clientId">The client that the tokens were issued to (<c>azp</c>).</param>
    /// <param name="time">Tokens that were issued at or before this time are rejected.</param>
    /// <exception cref="ArgumentException"><paramref name="clientId"/> is null or empty.</exception>
    void NotBefore(string clientId, DateTimeOffset time);

    /// <summary>Revokes all tokens that were issued until a time. The time never moves back: an earlier time has no effect.</summary>
    /// <param name="time">Tokens that were issued at or before this time are rejected.</param>
    void NotBefore(DateTimeOffset time);

    /// <summary>
    /// Waits until every revocation that was made so far is durable in the journal, so that it survives the end of this process. Completes
    /// immediately if there is no journal. A revocation has taken effect in this process before.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait. The revocations are appended all the same.</param>
    /// <exception cref="OperationCanceledException">The wait was canceled.</exception>
    Task FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Returns whether the user's token was revoked after it was accepted. For work that continues after its request.</summary>
    /// <param name="user">The user as authenticated by this scheme.</param>
    bool IsRevoked(ClaimsPrincipal user);

    /// <summary>
    /// Calls back once when the user's token is revoked, or immediately if it already is. For connections that stay open.
    /// </summary>
    /// <param name="user">
    /// The user as authenticated by this scheme. If the user has no Keycloak token, the callback is never called.
    /// </param>
    /// <param name="revoked">Called on the thread pool, at most once.</param>
    /// <returns>The watch. Dispose it when the connection closes.</returns>
    /// <remarks>
    /// For SignalR: <c>AddSignalR().AddKeycloakRevocations()</c>. For a single request: <c>HttpContext.GetRevocationToken()</c>.
    /// </remarks>
    IDisposable Watch(ClaimsPrincipal user, Action revoked);

    /// <summary>Calls back for every revocation that changes something, after it has taken effect.</summary>
    /// <param name="observer">
    /// Called synchronously by the code that revokes, so it must be fast. Its exceptions are logged and not rethrown.
    /// </param>
    /// <returns>The observation. Dispose it to stop the callbacks.</returns>
    IDisposable Observe(Action<KeycloakRevocation> observer);
}
