using Keycloak.ApiProtection;
using Keycloak.ApiProtection.ProofOfPossession.Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods for APIs behind a proxy that ends mutual TLS.</summary>
public static class KeycloakCertificateForwardingExtensions
{
    /// <summary>
    /// Takes the client certificate from the header of a trusted proxy, so that tokens that are bound to a certificate (RFC 8705) are
    /// accepted behind it. The header is removed from the requests of everyone else.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="form">The form in which the proxy forwards the certificate.</param>
    /// <param name="configure">A delegate that configures the options. It must add at least one network of trusted proxies.</param>
    /// <returns>The same services.</returns>
    /// <remarks>
    /// The middleware is added as the first one of the pipeline. The certificate is also available as
    /// <c>HttpContext.Connection.ClientCertificate</c>, unless the proxy forwards only its hash. A certificate of the connection itself
    /// takes precedence over the header. A connection without an IP address, such as a Unix domain socket, is not trusted.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The method was called before.</exception>
    /// <exception cref="OptionsValidationException">
    /// No proxy is trusted, or all addresses are. The exception is thrown when the application starts.
    /// </exception>
    public static IServiceCollection AddKeycloakCertificateForwarding(
        this IServiceCollection services,
        ForwardedCertificate form,
        Action<ForwardedCertificateOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        if (services.Any(service => service.ImplementationType == typeof(CertificateForwarding)))
        {
            throw new InvalidOperationException(
                "AddKeycloakCertificateForwarding was called before. Call it once, with all trusted proxies: an API reads one header.");
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<ForwardedCertificateOptions>, ForwardedCertificateOptionsValidator>();
        services.AddOptions<ForwardedCertificateOptions>()
            .Configure(options => options.Form = form)
            .Configure(configure)
            .ValidateOnStart();

        // The first filter is the first middleware. The host adds the one of forwarded headers before the application adds its services.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, CertificateForwarding>());
        return services;
    }
}
