using Microsoft.AspNetCore.Authentication;

namespace Keycloak.ApiProtection.Http;

/// <summary>
/// Creates the properties of a ticket: when the token was issued and when it expires, for code that keeps a connection open.
/// </summary>
/// <remarks>
/// Nearly no request reads the properties. Formatting the two dates for every request would cost more than all
/// other work for a cached token.
/// </remarks>
internal static class TicketProperties
{
    /// <summary>Creates the properties for one request.</summary>
    public static AuthenticationProperties Of(AccessToken token) => new(new Items(token), new Parameters());

    private sealed class Items(AccessToken token) : LazyDictionary<string?>
    {
        protected override Dictionary<string, string?> Make()
        {
            var items = new Dictionary<string, string?>(StringComparer.Ordinal);
            _ = new AuthenticationProperties(items) { IssuedUtc = token.IssuedAt, ExpiresUtc = token.ExpiresAt };
            return items;
        }
    }

    private sealed class Parameters : LazyDictionary<object?>
    {
        protected override Dictionary<string, object?> Make() => new(StringComparer.Ordinal);
    }
}
