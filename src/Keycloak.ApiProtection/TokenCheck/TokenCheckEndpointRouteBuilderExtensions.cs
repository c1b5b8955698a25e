using System.Diagnostics.CodeAnalysis;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.TokenCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps endpoints at which a gateway checks tokens.</summary>
public static class TokenCheckEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps an endpoint at which a gateway (NGINX <c>auth_request</c>, Envoy <c>ext_authz</c> over HTTP, Traefik <c>forwardAuth</c>) checks
    /// whether to accept a request, for APIs that cannot use this library themselves. If it is accepted, the response is 200 with identity
    /// headers (<c>X-Token-Subject</c>, ...) and no body. Otherwise the response is that of every protected endpoint: 401 or 403 with the
    /// challenge, or 503 with <c>Retry-After</c>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// It always requires an access token of Keycloak, of any scheme that was added with <c>AddKeycloakBearer</c>, or of those that the
    /// endpoint's own policies name. The default scheme is not used; the default policy applies as with <c>RequireAuthorization()</c>. Add
    /// further requirements as for any endpoint: <c>.RequireScope("orders:read")</c>, <c>.RequireClientRole("reader")</c>,
    /// <c>.RequireActiveToken()</c>, <c>.RequireAuthorization("policy")</c>. Map one endpoint for each set of rights, and let each route of
    /// the gateway use its own: of the original request, only the token is used for the decision.
    /// </para>
    /// <para>
    /// It accepts all methods and reads no body. A target with dot segments is rejected with 400, also in the headers <c>X-Original-URI</c>
    /// and <c>X-Forwarded-Uri</c>, which can never give access. It is excluded from OpenAPI documents. The gateway must be configured so
    /// that clients cannot set these headers: see <see href="docs/token-check.md">docs/token-check.md</see>.
    /// </para>
    /// </remarks>
    /// <param name="endpoints">The application, or a group.</param>
    /// <param name="pattern">
    /// The route pattern; <c>/.keycloak/token-check</c> by default. For gateways that append the original path, use a pattern such as
    /// <c>/check/orders/{**path}</c>.
    /// </param>
    /// <returns>A builder for further conventions of this endpoint. With <c>AllowAnonymous()</c> the application does not start.</returns>
    /// <exception cref="InvalidOperationException"><c>AddKeycloakBearer()</c> was not called.</exception>
    public static IEndpointConventionBuilder MapTokenCheck(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/.keycloak/token-check")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        string[] schemes = [.. endpoints.ServiceProvider.GetService<KeycloakSchemes>()?.Names ?? []];
        if (schemes.Length == 0)
        {
            throw new InvalidOperationException(
                "MapTokenCheck() requires a scheme: call builder.Services.AddKeycloakBearer() before builder.Build().");
        }

        var response = endpoints.ServiceProvider.GetRequiredService<TokenCheckAnswer>();
        var builder = endpoints.Map(pattern, response.WriteAsync)
            .WithDisplayName($"Keycloak token check {pattern}")
            .ExcludeFromDescription();

        // Runs last, when all metadata that the application adds to this endpoint is known.
        builder.Finally(endpoint => TokenCheckAuthorization.AddTo(endpoint, schemes));
        return builder;
    }
}
