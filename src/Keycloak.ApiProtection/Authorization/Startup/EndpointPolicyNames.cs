using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace Keycloak.ApiProtection.Authorization.Startup;

/// <summary>
/// Finds the policies that an endpoint names: in its metadata, in MVC's authorization filters, and on the methods of a hub.
/// </summary>
internal static class EndpointPolicyNames
{
    /// <summary>Returns what the endpoint names: policies, roles and schemes.</summary>
    public static IEnumerable<IAuthorizeData> Of(Endpoint endpoint)
    {
        var data = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>()
            .Concat(endpoint.Metadata.GetOrderedMetadata<AuthorizeFilter>().SelectMany(filter => filter.AuthorizeData ?? []));
        return endpoint.Metadata.GetMetadata<HubMetadata>() is { } hub ? data.Concat(OfMethods(hub.HubType)) : data;
    }

    /// <summary>Returns the policy, or null if the name cannot be resolved. <see cref="EndpointPolicyCheck"/> reports such names.</summary>
    public static AuthorizationPolicy? Find(IAuthorizationPolicyProvider provider, string name) => Find(provider, name, out _);

    /// <summary>Returns the policy, or null if the provider does not know the name or fails. Blocking is acceptable at start.</summary>
    /// <param name="provider">The application's policies.</param>
    /// <param name="name">The name of the policy.</param>
    /// <param name="failure">How the provider failed; null if it did not.</param>
    public static AuthorizationPolicy? Find(IAuthorizationPolicyProvider provider, string name, out string? failure)
    {
        failure = null;
        try
        {
            return provider.GetPolicyAsync(name).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            failure = exception.Message;
            return null;
        }
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "MapHub keeps the hub's public methods: SignalR reads the same attributes.")]
    private static IEnumerable<IAuthorizeData> OfMethods(Type hub) =>
        hub.GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .SelectMany(method => method.GetCustomAttributes<AuthorizeAttribute>(inherit: true));
}
