using System.Security.Claims;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection;

/// <summary>Requires a role of a client.</summary>
/// <remarks>
/// It reads <c>resource_access</c>; role claims that the application adds do not count. The requirement is its own handler; it needs
/// no registration.
/// </remarks>
public sealed class ClientRoleRequirement : IKeycloakRequirement, IAuthorizationHandler
{
    private readonly string? _ownClient;

    /// <summary>Requires a role of a client.</summary>
    /// <param name="role">The role; case-sensitive.</param>
    /// <param name="client">
    /// The client's id; case-sensitive. <see langword="null"/> for this API's own client: that of the handler that authenticated the user
    /// (the setting <c>resource</c>), otherwise <see cref="KeycloakClaimsOptions.ClientId"/>.
    /// </param>
    /// <exception cref="ArgumentException">A name is blank.</exception>
    public ClientRoleRequirement(string role, string? client = null)
        : this(KeycloakPolicyName.ClientRole(client, role), null)
    {
    }

    internal ClientRoleRequirement(KeycloakPolicyName name, string? ownClient)
    {
        Role = name.Value;
        Client = name.Client;
        _ownClient = ownClient;
    }

    /// <summary>The role.</summary>
    public string Role { get; }

    /// <summary>The client's id; <see langword="null"/> for this API's own client.</summary>
    public string? Client { get; }

    string IKeycloakRequirement.Need => Client is null ? $"client role '{Role}' of this API" : $"client role '{Role}' of '{Client}'";

    /// <inheritdoc/>
    public Task HandleAsync(AuthorizationHandlerContext context) => RequirementHandling.Handle(this, context);

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(ClientRoleRequirement)}: {(Client is null ? Role : $"{Client}/{Role}")}";

    bool IKeycloakRequirement.IsMet(ClaimsPrincipal user, object? resource)
    {
        if (Client is not null)
        {
            return user.HasClientRole(Client, Role);
        }

        // The handler that authenticated the user stores its own client. Without it, use the application's options.
        return UserRights.HasOwnClientRole(user, Role, _ownClient)
            || (_ownClient is null && Configured(resource) is { } configured && UserRights.HasOwnClientRole(user, Role, configured));
    }

    Diagnosis IKeycloakRequirement.Diagnose(ClaimsPrincipal user)
    {
        var client = Client ?? _ownClient;
        foreach (var identity in new RightsIdentities(user))
        {
            client ??= IdentityClaims.OwnClient(identity);
        }

        return PermissionDiagnosis.ClientRole(user, client, Role);
    }

    private static string? Configured(object? resource)
    {
        var services = MissingPermission.HttpContextOf(resource)?.RequestServices ?? (resource as HubInvocationContext)?.ServiceProvider;
        return services?.GetService<IOptions<KeycloakClaimsOptions>>()?.Value.ClientId;
    }
}
