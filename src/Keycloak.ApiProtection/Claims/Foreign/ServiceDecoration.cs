using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Claims.Foreign;

/// <summary>Decorates a registered service, for service types of which ASP.NET Core uses only one.</summary>
internal static class ServiceDecoration
{
    /// <summary>The service key of the decorated service.</summary>
    public const string InnerKey = "Keycloak.ApiProtection";

    /// <summary>
    /// Registers <typeparamref name="TDecorator"/> as the service. The registration that was effective before keeps its lifetime and
    /// becomes the decorator's inner service. If the decorator already is the effective registration, nothing changes.
    /// </summary>
    public static void Decorate<
        TService,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TDecorator>(IServiceCollection services)
        where TService : class
        where TDecorator : class, TService
    {
        var registered = services.LastOrDefault(descriptor => descriptor.ServiceType == typeof(TService) && !descriptor.IsKeyedService);
        if (registered?.ImplementationType == typeof(TDecorator))
        {
            return;
        }

        // Remove an earlier decorator and its inner service: a later registration has replaced them.
        for (var i = services.Count - 1; i >= 0; i--)
        {
            var descriptor = services[i];
            if (descriptor.ServiceType == typeof(TService)
                && (descriptor.IsKeyedService
                    ? InnerKey.Equals(descriptor.ServiceKey)
                    : descriptor.ImplementationType == typeof(TDecorator)))
            {
                services.RemoveAt(i);
            }
        }

        if (registered is not null)
        {
            services.Remove(registered);
            services.Add(Keyed(registered));
        }

        services.Add(ServiceDescriptor.Transient<TService, TDecorator>());
    }

    private static ServiceDescriptor Keyed(ServiceDescriptor descriptor)
    {
        if (descriptor.ImplementationInstance is { } instance)
        {
            return new ServiceDescriptor(descriptor.ServiceType, InnerKey, instance);
        }

        return descriptor.ImplementationFactory is { } factory
            ? new ServiceDescriptor(descriptor.ServiceType, InnerKey, (provider, _) => factory(provider), descriptor.Lifetime)
            : new ServiceDescriptor(descriptor.ServiceType, InnerKey, descriptor.ImplementationType!, descriptor.Lifetime);
    }
}
