using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;

namespace Storefront.Tokens;

/// <summary>One refresh token is traded once, however many requests of its user find the access token expired at the same moment.</summary>
/// <remarks>Where the realm revokes used refresh tokens (Realm settings &gt; Tokens), a second use ends the session.</remarks>
internal sealed class TokenRefresh(TokenClient keycloak) : IDisposable
{
    private static readonly TimeSpan Tail = TimeSpan.FromSeconds(3);
    private readonly MemoryCache _flights = new(new MemoryCacheOptions());
    private readonly Lock _lock = new();

    /// <summary>Refreshes, or waits for the refresh that is under way.</summary>
    public async Task<TokenAnswer> RefreshAsync(SessionTokens tokens, CancellationToken cancellation)
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(tokens.RefreshToken ?? string.Empty)));
        Task<TokenAnswer> flight;
        lock (_lock)
        {
            if (!_flights.TryGetValue(key, out Task<TokenAnswer>? underWay))
            {
                // Not ended by the request that happens to be first: others may wait for it.
                underWay = keycloak.RefreshAsync(tokens, CancellationToken.None);

                // A request that read the session just before the new tokens were stored still comes with the old ones.
                _flights.Set(key, underWay, Tail);
            }

            flight = underWay!;
        }

        return await flight.WaitAsync(cancellation);
    }

    /// <inheritdoc />
    public void Dispose() => _flights.Dispose();
}
