using System.Globalization;
using System.Security.Claims;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection;

/// <summary>Requires a login at a level, or a recent login (RFC 9470, step-up authentication).</summary>
/// <remarks>
/// <para>
/// It reads <c>acr</c> and <c>auth_time</c> of the token itself. Neither an introspection response nor a change of the claims by the
/// application replaces them: introspection describes the session, which may have reached a level that the login of this token did not.
/// <c>iat</c> does not count, because a refresh renews it without a login.
/// </para>
/// <para>The requirement is its own handler; it needs no registration.</para>
/// </remarks>
public sealed class AuthenticationRequirement : IKeycloakRequirement, IAuthorizationHandler
{
    /// <summary>The clock skew for users of other handlers: the default of <see cref="KeycloakBearerOptions.ClockSkew"/>.</summary>
    private static readonly TimeSpan ForeignClockSkew = TimeSpan.FromSeconds(30);

    private readonly string[] _levels;

    /// <summary>Requires a login.</summary>
    /// <param name="acrValues">
    /// The level (<c>acr</c>), or several separated by spaces, any of which is sufficient; case-sensitive. With
    /// <see cref="KeycloakClaimsOptions.AcrLevels"/>, a higher level is sufficient, too. <see langword="null"/> for any level.
    /// </param>
    /// <param name="maxAge">
    /// The maximum age of the login: whole seconds, from 1 second to 365 days. <see langword="null"/> for any age. The clock skew of the
    /// scheme is added to it.
    /// </param>
    /// <exception cref="ArgumentException">Nothing is required, or the name of a level cannot be sent in a header.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The age is not a whole number of seconds, or out of range.</exception>
    public AuthenticationRequirement(string? acrValues = null, TimeSpan? maxAge = null)
        : this(KeycloakPolicyName.Authentication(acrValues, maxAge))
    {
    }

    internal AuthenticationRequirement(KeycloakPolicyName name)
    {
        _levels = [.. name.Values];
        MaxAge = name.MaxAge;
    }

    /// <summary>Gets the levels, any of which is sufficient; empty if any level is accepted.</summary>
    public IReadOnlyList<string> AcrValues => _levels.AsReadOnly();

    /// <summary>Gets the maximum age of the login; <see langword="null"/> for any age.</summary>
    public TimeSpan? MaxAge { get; }

    string IKeycloakRequirement.Need => (_levels, Seconds) switch
    {
        ([], { } age) => $"a login at most {age} seconds ago",
        (_, null) => $"a login at level {Names}",
        (_, { } age) => $"a login at level {Names} at most {age} seconds ago",
    };

    private string Names => string.Join(" or ", _levels.Select(level => $"'{level}'"));

    private string? Seconds => MaxAge?.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return RequirementHandling.Handle(this, context);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(AuthenticationRequirement)}: {((IKeycloakRequirement)this).Need}";

    bool IKeycloakRequirement.IsMet(ClaimsPrincipal user, object? resource)
    {
        // Level and age must belong to one login, so one identity must meet both.
        foreach (var identity in new RightsIdentities(user))
        {
            var login = UserAuthentication.Of(identity);
            if (MeetsLevel(login, identity, resource) && MeetsAge(login, identity, resource))
            {
                return true;
            }
        }

        return false;
    }

    Diagnosis IKeycloakRequirement.Diagnose(ClaimsPrincipal user) => PermissionDiagnosis.Authentication(
        user,
        _levels,
        Seconds,
        isLevelMet: new RightsIdentities(user).Any(identity => MeetsLevel(UserAuthentication.Of(identity), identity, resource: null)));

    /// <summary>Returns the order of the levels of an identity's realm; empty if none is configured.</summary>
    internal static IList<string> OrderOf(ClaimsIdentity identity, object? resource) => identity is KeycloakIdentity ours
        ? ours.AcrLevels
        : Services(resource)?.GetService<IOptions<KeycloakClaimsOptions>>()?.Value.AcrLevels ?? [];

    private static IServiceProvider? Services(object? resource) =>
        MissingPermission.HttpContextOf(resource)?.RequestServices ?? (resource as HubInvocationContext)?.ServiceProvider;

    private bool MeetsLevel(UserAuthentication login, ClaimsIdentity identity, object? resource) =>
        _levels.Length == 0
        || (login.Level is { } level && AuthenticationLevels.Meets(level, _levels, OrderOf(identity, resource)));

    private bool MeetsAge(UserAuthentication login, ClaimsIdentity identity, object? resource)
    {
        if (MaxAge is not { } maxAge)
        {
            return true;
        }

        var services = Services(resource);
        if (identity is KeycloakIdentity { SchemeName: { } name }
            && services?.GetService<KeycloakSchemes>() is { } schemes
            && schemes.Names.Contains(name))
        {
            var options = schemes.Get(name).Options;
            return login.IsWithin(maxAge, options.TimeProvider!.GetUtcNow(), options.ClockSkew);
        }

        // The user of another handler, or a resource without services.
        var time = services?.GetService<TimeProvider>() ?? TimeProvider.System;
        return login.IsWithin(maxAge, time.GetUtcNow(), ForeignClockSkew);
    }
}
