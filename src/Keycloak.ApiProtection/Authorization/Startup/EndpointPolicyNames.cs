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
    public static IEnumerable<IAuthorizeData> Of(Endpoint endpoint)
    {
        var data = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>()
            .Concat(endpoint.Metadata.GetOrderedMetadata<AuthorizeFilter>().SelectMany(filter => filter.AuthorizeData ?? []));
        return endpoint.Metadata.GetMetadata<HubMetadata>() is { } hub ? data.Concat(OfMethods(hub.HubType)) : data;
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "MapHub keeps the hub's public methods: SignalR reads the same attributes.")]
    private static IEnumerable<IAuthorizeData> OfMethods(Type hub) =>
        hub.GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .SelectMany(method => method.GetCustomAttributes<AuthorizeAttribute>(inherit: true));
}
