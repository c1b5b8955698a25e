using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Realms;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>
/// Accepts only tokens that Keycloak reports as active (RFC 7662): the policy <c>active-token</c>, or <c>active-token:5</c> with a maximum
/// age in seconds.
/// </summary>
/// <remarks>
/// The token is introspected even if the API does not introspect otherwise. The attribute can be combined with scopes and roles. It is an
/// <see cref="AuthorizeAttribute"/> for controllers, actions, minimal APIs, hubs and their methods. Of several, the strictest applies. It
/// needs <c>AddKeycloakBearer()</c> with credentials; otherwise the application does not start. If a token is no longer active, the
/// response is 401. If Keycloak is unavailable, the response is 503.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireActiveTokenAttribute : AuthorizeAttribute
{
    /// <summary>Requires a token that was active at most <see cref="KeycloakIntrospectionOptions.Freshness"/> ago.</summary>
    public RequireActiveTokenAttribute()
        : base(KeycloakPolicyName.ActiveToken(null).ToString())
    {
    }

    internal RequireActiveTokenAttribute(TimeSpan maxAge)
        : base(KeycloakPolicyName.ActiveToken(maxAge).ToString()) => MaxAge = maxAge;

    /// <summary>Gets or sets the maximum age of Keycloak's response in seconds.</summary>
    /// <value>-1 by default: <see cref="KeycloakIntrospectionOptions.Freshness"/>. 0: introspect on every request. At most 3600.</value>
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

    /// <summary>Gets the name of the policy, derived from what is required. It cannot be set.</summary>
    public new string Policy => base.Policy!;

    internal TimeSpan? MaxAge { get; private set; }
}
