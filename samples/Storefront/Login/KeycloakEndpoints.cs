namespace Storefront.Login;

/// <summary>The realm's addresses, as its discovery document tells them.</summary>
/// <param name="Authorization">Where the browser is sent to log in.</param>
/// <param name="Token">Where codes and refresh tokens become tokens.</param>
/// <param name="UserInfo">Who has logged in.</param>
/// <param name="Revocation">Where a token is given back (RFC 7009).</param>
/// <param name="EndSession">Where the browser is sent to log out.</param>
internal sealed record KeycloakEndpoints(Uri Authorization, Uri Token, Uri UserInfo, Uri Revocation, Uri EndSession);
