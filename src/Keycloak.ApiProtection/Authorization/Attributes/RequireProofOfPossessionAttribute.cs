using Keycloak.ApiProtection.Authorization.Policies;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>
/// Accepts only tokens that are bound to a key (DPoP, RFC 9449) or to a client certificate (RFC 8705): the policy
/// <c>proof-of-possession</c>.
/// </summary>
/// <remarks>
/// The proof of a bound token is checked on every endpoint. The attribute also rejects tokens that are not bound, with 401. It is an
/// <see cref="AuthorizeAttribute"/> for controllers, actions, minimal APIs, hubs and their methods.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = false, Inherited = true)]
public sealed class RequireProofOfPossessionAttribute() : AuthorizeAttribute(KeycloakPolicyName.ProofOfPossessionName)
{
    /// <summary>Gets the name of the policy. It cannot be set.</summary>
    public new string Policy => base.Policy!;
}
