namespace Storefront.Login;

/// <summary>The addresses of the realm's discovery document.</summary>
/// <param name="Authorization">The browser is sent here to log in.</param>
/// <param name="Token">Exchanges codes and refresh tokens for tokens.</param>
/// <param name="UserInfo">Returns the user who has logged in.</param>
/// <param name="Revocation">Revokes a token (RFC 7009).</param>
/// <param name="EndSession">The browser is sent here to log out.</param>
internal sealed record KeycloakEndpoints(Uri Authorization, Uri Token, Uri UserInfo, Uri Revocation, Uri EndSession);
