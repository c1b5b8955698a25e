namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>The state of sessions that were ended while their tokens were in use.</summary>
/// <param name="Act">The action that ended them.</param>
/// <param name="Way">The way on which several callers used their access tokens without a pause between two requests.</param>
/// <param name="Sessions">The number of sessions.</param>
/// <param name="Accepted">
/// The number of access tokens that were still accepted after the time in which they should have been rejected.
/// </param>
/// <param name="Refreshed">The number of refresh tokens for which Keycloak then still issued an access token.</param>
internal sealed record EndedSessions(string Act, string Way, int Sessions, int Accepted, int Refreshed);
