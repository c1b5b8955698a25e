using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;

namespace Storefront.Tokens;

/// <summary>Refreshes tokens. Concurrent requests with the same refresh token share one refresh.</summary>
/// <remarks>If the realm revokes used refresh tokens (Realm settings &gt; Tokens), a second use ends the session.</remarks>
internal sealed class TokenRefresh(TokenClient keycloak) : IDisposable
{
    private static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(3);
    private readonly MemoryCache _refreshes = new(new MemoryCacheOptions());
    private readonly Lock _lock = new();

    /// <summary>Refreshes the tokens, or waits for the refresh that is in progress.</summary>
    public async Task<TokenAnswer> RefreshAsync(SessionTokens tokens, CancellationToken cancellation)
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(tokens.RefreshToken ?? string.Empty)));
        Task<TokenAnswer> refresh;
        lock (_lock)
        {
            if (!_refreshes.TryGetValue(key, out Task<TokenAnswer>? inProgress))
            {
                // Not canceled with the first request: others may wait for the refresh.
                inProgress = keycloak.RefreshAsync(tokens, CancellationToken.None);

                // Cached for some seconds: a request may have read the session just before the new tokens were stored.
                _refreshes.Set(key, inProgress, CacheTime);
            }

            refresh = inProgress!;
        }

        return await refresh.WaitAsync(cancellation);
    }

    /// <inheritdoc />
    public void Dispose() => _refreshes.Dispose();
}
