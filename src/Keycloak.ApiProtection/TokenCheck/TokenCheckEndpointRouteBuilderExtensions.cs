using System.Diagnostics.CodeAnalysis;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.TokenCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what a gateway asks about a token.</summary>
public static class TokenCheckEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps an endpoint at which a gateway (NGINX <c>auth_request</c>, Envoy <c>ext_authz</c> over HTTP, Traefik <c>forwardAuth</c>) asks whether a request may pass, for APIs that
    /// cannot use this library themselves. 200 with identity headers (<c>X-Token-Subject</c>, ...) and no body: it may. Otherwise the answers of every protected endpoint: 401 or 403 with the
    /// challenge, 503 with <c>Retry-After</c>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// It always asks for an access token of Keycloak, of any scheme that was added with <c>AddKeycloakBearer</c>, or of those that the endpoint's own policies name; the default scheme does not
    /// matter, the default policy counts as with <c>RequireAuthorization()</c>. More is asked as of any endpoint: <c>.RequireScope("orders:read")</c>, <c>.RequireClientRole("reader")</c>,
    /// <c>.RequireActiveToken()</c>, <c>.RequireAuthorization("policy")</c>. Map one for each set of rights, and let each route of the gateway name its own: nothing of the original request
    /// but its token takes part in the decision.
    /// </para>
    /// <para>
    /// All methods are answered, no body is read. A target with dot segments is rejected with 400, also in the headers <c>X-Original-URI</c> and
    /// <c>X-Forwarded-Uri</c>, which cannot give access to anything. It is left out of OpenAPI documents. How the gateway has to be
    /// configured, so that nobody else can set these headers, is in <see href="docs/token-check.md">docs/token-check.md</see>.
    /// </para>
    /// </remarks>
    /// <param name="endpoints">The application, or a group.</param>
    /// <param name="pattern">The route pattern; <c>/.keycloak/token-check</c> by default. For gateways that append the original path: <c>/check/orders/{**path}</c>.</param>
    /// <returns>A builder for what else shall hold for this endpoint. <c>AllowAnonymous()</c> stops the start.</returns>
    /// <exception cref="InvalidOperationException"><c>AddKeycloakBearer()</c> was not called.</exception>
    public static IEndpointConventionBuilder MapTokenCheck(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/.keycloak/token-check")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        string[] schemes = [.. endpoints.ServiceProvider.GetService<KeycloakSchemes>()?.Names ?? []];
        if (schemes.Length == 0)
        {
            throw new InvalidOperationException("MapTokenCheck() needs a scheme: call builder.Services.AddKeycloakBearer() before builder.Build().");
        }

        var answer = endpoints.ServiceProvider.GetRequiredService<TokenCheckAnswer>();
        var builder = endpoints.Map(pattern, answer.WriteAsync).WithDisplayName($"Keycloak token check {pattern}").ExcludeFromDescription();

        // Last, when everything that the application asks of this endpoint is known.
        builder.Finally(endpoint => TokenCheckAuthorization.AddTo(endpoint, schemes));
        return builder;
    }
}
