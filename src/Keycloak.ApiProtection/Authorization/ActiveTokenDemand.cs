using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>The requirement of an endpoint's <c>[RequireActiveToken]</c> attributes. If there are several, the strictest applies.</summary>
/// <param name="IsMade">Whether the endpoint has such an attribute.</param>
/// <param name="MaxAge">The maximum age of an "active" response, or null for the API's <c>Freshness</c>.</param>
internal readonly record struct ActiveTokenDemand(bool IsMade, TimeSpan? MaxAge)
{
    /// <summary>Gets the requirement of an endpoint. The endpoint is null if there is none, or if it is not known yet.</summary>
    public static ActiveTokenDemand Of(Endpoint? endpoint)
    {
        var demand = default(ActiveTokenDemand);
        if (endpoint is null)
        {
            return demand;
        }

        foreach (var attribute in endpoint.Metadata.GetOrderedMetadata<RequireActiveTokenAttribute>())
        {
            demand = new(true, attribute.MaxAge is { } age && !(age >= demand.MaxAge) ? age : demand.MaxAge);
        }

        return demand;
    }
}
