using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>
/// Disables redirects for the back-channel clients, also if the application has set another primary handler. A redirect with 307 or 308
/// would send the client secret and the token to another server before the response could be checked.
/// </summary>
/// <remarks>
/// It runs after the application's own configuration of the client. Handlers that are not .NET's own cannot be inspected.
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

    /// <summary>Disables redirects in a handler and in its inner handlers.</summary>
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
                // The handler has already sent a request, so its settings cannot be changed.
                throw new InvalidOperationException(
                    $"The primary handler of the HttpClient '{name}' follows redirects, which could send the client secret to another "
                    + $"server. Set AllowAutoRedirect = false on the {handler.GetType().Name} where it is created.",
                    used);
            }
        }
    }

    // The options require the factory that this filter is a part of, so they are resolved only when a handler is built.
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
                // Such a scheme never sends requests. The problem is reported when the application starts.
            }
        }

        return name == KeycloakBearerDefaults.BackchannelHttpClientName;
    }
}
