using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Realms;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Lets in only tokens that Keycloak itself calls active (RFC 7662): the policy <c>active-token</c>, or <c>active-token:5</c> with an age in seconds.</summary>
/// <remarks>
/// It asks even where the API does not, and composes with scopes and roles. It is an <see cref="AuthorizeAttribute"/>: for controllers, actions, minimal
/// APIs, hubs and their methods. Of several the strictest counts. It needs <c>AddKeycloakBearer()</c> with credentials; an application where that is
/// impossible does not start. A token that is no longer active is answered with 401; where Keycloak cannot be asked, 503.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireActiveTokenAttribute : AuthorizeAttribute
{
    /// <summary>Requires an active token, as of <see cref="KeycloakBearerOptions.Freshness"/> ago at most.</summary>
    public RequireActiveTokenAttribute()
        : base(KeycloakPolicyName.ActiveToken(null).ToString())
    {
    }

    internal RequireActiveTokenAttribute(TimeSpan maxAge)
        : base(KeycloakPolicyName.ActiveToken(maxAge).ToString()) => MaxAge = maxAge;

    /// <summary>Gets or sets how old Keycloak's word may be, in seconds.</summary>
    /// <value>-1 by default: <see cref="KeycloakBearerOptions.Freshness"/>. 0 asks for every request; at most 3600.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is set to less than 0 or more than 3600.</exception>
    public int MaxAgeSeconds
    {
        get => MaxAge is { } age ? (int)age.TotalSeconds : -1;
        set
        {
            MaxAge = TimeSpan.FromSeconds(value);
            base.Policy = KeycloakPolicyName.ActiveToken(MaxAge).ToString();
        }
    }

    /// <summary>The policy's name, made of what is required. It cannot be set: one attribute, one meaning.</summary>
    public new string Policy => base.Policy!;

    internal TimeSpan? MaxAge { get; private set; }
}
