using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>A token that authorization could not confirm as active, as a feature of the request: the response is then a challenge, not a 403.</summary>
/// <param name="Decision">Rejected or undecided.</param>
internal sealed record UnconfirmedToken(Decision<AccessToken> Decision);
