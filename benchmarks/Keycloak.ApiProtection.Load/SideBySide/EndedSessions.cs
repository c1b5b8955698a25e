namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>What became of sessions that were ended while their tokens were in use.</summary>
/// <param name="Act">What ended them.</param>
/// <param name="Way">Where their access tokens were in use: several callers, without a pause between two requests.</param>
/// <param name="Sessions">How many.</param>
/// <param name="Accepted">How many access tokens were still accepted when everybody should have known.</param>
/// <param name="Refreshed">For how many of them Keycloak gave a new access token to their old refresh token then.</param>
internal sealed record EndedSessions(string Act, string Way, int Sessions, int Accepted, int Refreshed);
