using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>What an endpoint's <c>[RequireActiveToken]</c> asks for; of several the strictest.</summary>
/// <param name="IsMade">Whether it asks at all.</param>
/// <param name="MaxAge">How old an "active" may be; null: the API's <c>Freshness</c>.</param>
internal readonly record struct ActiveTokenDemand(bool IsMade, TimeSpan? MaxAge)
{
    /// <summary>The endpoint's. Null is no endpoint, or none that is known yet.</summary>
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
