using Keycloak.ApiProtection.Authorization.Policies;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Accepts only users with a client role: the policy <c>client-role:writer</c>, or <c>client-role:orders-api/writer</c>.</summary>
/// <remarks>
/// It is an <see cref="AuthorizeAttribute"/> for controllers, actions, minimal APIs, hubs and their methods. If there are several, all must
/// be met. It needs <c>AddKeycloakBearer()</c> or <c>AddKeycloakPolicies()</c>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireClientRoleAttribute : AuthorizeAttribute
{
    private string? _client;

    /// <summary>Requires a role of this API's own client, or of the client that <see cref="Client"/> names.</summary>
    /// <param name="role">The role; case-sensitive.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public RequireClientRoleAttribute(string role)
        : base(KeycloakPolicyName.ClientRole(null, role).ToString()) => Role = role;

    /// <summary>The role.</summary>
    public string Role { get; }

    /// <summary>Gets or sets the client whose role is required; case-sensitive.</summary>
    /// <value><see langword="null"/> by default: this API's own client.</value>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public string? Client
    {
        get => _client;
        set
        {
            base.Policy = KeycloakPolicyName.ClientRole(value, Role).ToString();
            _client = value;
        }
    }

    /// <summary>Gets the name of the policy, derived from what is required. It cannot be set.</summary>
    public new string Policy => base.Policy!;
}
