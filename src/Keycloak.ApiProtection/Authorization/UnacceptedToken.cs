using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>
/// A token that authenticated the user, but that the endpoint does not accept: it could not be confirmed as active, or it is not bound to
/// a key. As a feature of the request, it makes the response a challenge and not a 403.
/// </summary>
/// <param name="Decision">Rejected or undecided.</param>
internal sealed record UnacceptedToken(Decision<AccessToken> Decision);
