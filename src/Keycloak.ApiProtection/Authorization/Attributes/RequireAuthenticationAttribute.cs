using Keycloak.ApiProtection.Authorization.Policies;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>
/// Accepts only tokens of a login at a required level, or of a recent login (RFC 9470, step-up authentication): the policy
/// <c>acr:gold</c>, <c>max-age:300</c> or <c>acr:gold max-age:300</c>.
/// </summary>
/// <remarks>
/// Otherwise the response is 401 with <c>error="insufficient_user_authentication"</c>, <c>acr_values</c> and <c>max_age</c>. It is an
/// <see cref="AuthorizeAttribute"/> for controllers, actions, minimal APIs, hubs and their methods. If there are several, all must be met;
/// the smallest age applies. It needs <c>AddKeycloakBearer()</c> or <c>AddKeycloakPolicies()</c>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireAuthenticationAttribute : AuthorizeAttribute
{
    /// <summary>
    /// Requires a recent login of any level. <see cref="MaxAgeSeconds"/> must be set; otherwise the application does not start.
    /// </summary>
    public RequireAuthenticationAttribute()
        : base(AuthenticationPolicyName.MaxAgePrefix)
    {
    }

    /// <summary>Requires a login at a level.</summary>
    /// <param name="acrValues">
    /// The level (<c>acr</c>), or several separated by spaces, any of which is sufficient; case-sensitive. With
    /// <see cref="KeycloakBearerOptions.AcrLevels"/>, a higher level is sufficient, too.
    /// </param>
    /// <exception cref="ArgumentException">There is no level, or its name cannot be sent in a header.</exception>
    public RequireAuthenticationAttribute(string acrValues)
        : this(acrValues, null) => ArgumentNullException.ThrowIfNull(acrValues);

    internal RequireAuthenticationAttribute(string? acrValues, TimeSpan? maxAge)
        : base(KeycloakPolicyName.Authentication(acrValues, maxAge).ToString()) => (AcrValues, MaxAge) = (acrValues, maxAge);

    /// <summary>Gets the levels, separated by spaces; <see langword="null"/> if any level is accepted.</summary>
    public string? AcrValues { get; }

    /// <summary>Gets or sets the maximum age of the login (<c>auth_time</c>) in seconds.</summary>
    /// <value>-1 by default: any age. Otherwise from 1 to 31,536,000 (365 days).</value>
    /// <exception cref="ArgumentOutOfRangeException">It is set to a value that is out of range.</exception>
    public int MaxAgeSeconds
    {
        get => MaxAge is { } age ? (int)age.TotalSeconds : -1;
        set
        {
            var age = TimeSpan.FromSeconds(value);
            base.Policy = KeycloakPolicyName.Authentication(AcrValues, age).ToString();
            MaxAge = age;
        }
    }

    /// <summary>Gets the name of the policy, derived from what is required. It cannot be set.</summary>
    public new string Policy => base.Policy!;

    internal TimeSpan? MaxAge { get; private set; }
}
