using Microsoft.AspNetCore.Authentication;

namespace Keycloak.ApiProtection.Http;

/// <summary>The properties of a ticket: when the token was issued and when it ends, for whoever keeps a connection open.</summary>
/// <remarks>Nearly no request looks into them, and writing the two dates down would cost each one more than everything else that a remembered token costs.</remarks>
internal static class TicketProperties
{
    /// <summary>Properties of one request's own.</summary>
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
