using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>
/// Keeps the back-channel clients from following redirects, also where the application has set another primary handler: a 307 or 308 would
/// take the client secret and the token to another server, before anybody can look at the answer.
/// </summary>
/// <remarks>
/// It runs after everything that the application configures for the client. Handlers that are not .NET's own cannot be inspected.
/// </remarks>
internal sealed class BackchannelRedirects(IServiceProvider services) : IHttpMessageHandlerBuilderFilter
{
    /// <inheritdoc />
    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        if (IsBackchannel(builder.Name))
        {
            Forbid(builder.PrimaryHandler, builder.Name!);
            foreach (var handler in builder.AdditionalHandlers)
            {
                Forbid(handler, builder.Name!);
            }
        }
    };

    /// <summary>Switches redirects off, in a handler and in those inside it.</summary>
    private static void Forbid(HttpMessageHandler? handler, string name)
    {
        for (; handler is not null; handler = (handler as DelegatingHandler)?.InnerHandler)
        {
            try
            {
                switch (handler)
                {
                    case SocketsHttpHandler { AllowAutoRedirect: true } sockets:
                        sockets.AllowAutoRedirect = false;
                        break;
                    case HttpClientHandler { AllowAutoRedirect: true } client:
                        client.AllowAutoRedirect = false;
                        break;
                }
            }
            catch (InvalidOperationException used)
            {
                // It has sent a request before: its settings are fixed.
                throw new InvalidOperationException(
                    $"The primary handler of the HttpClient '{name}' follows redirects, which could take the client secret to another server. "
                    + $"Set AllowAutoRedirect = false on the {handler.GetType().Name} where it is created.",
                    used);
            }
        }
    }

    // The options need the factory that this filter is a part of: they are asked for when a handler is built.
    private bool IsBackchannel(string? name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<KeycloakBearerOptions>>();
        foreach (var scheme in services.GetServices<KeycloakSchemeName>())
        {
            try
            {
                if (options.Get(scheme.Name).BackchannelHttpClientName == name)
                {
                    return true;
                }
            }
            catch (OptionsValidationException)
            {
                // Such a scheme never asks Keycloak; the start of the application reports the settings.
            }
        }

        return name == KeycloakBearerDefaults.BackchannelHttpClientName;
    }
}
