using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Caching.Memory;

namespace Storefront.Login;

/// <summary>Keeps who is logged in, and their tokens, on the server: the browser's cookie holds only a key.</summary>
/// <remarks>
/// In memory: a restart logs everybody out, and several instances would need a shared store. Bounded: when full, the entries that were used
/// least make room, so that a flood of log-ins costs sessions but not the process.
/// </remarks>
internal sealed class MemoryTicketStore : ITicketStore, IDisposable
{
    private const int MostSessions = 10_000;
    private static readonly TimeSpan Unused = TimeSpan.FromHours(2);
    private static readonly object NewSession = new();
    private readonly MemoryCache _sessions = new(new MemoryCacheOptions { SizeLimit = MostSessions });

    /// <summary>This request logs somebody in: whatever session the browser brought ends, and the new one gets a key of its own.</summary>
    /// <remarks>Without it the cookie handler would go on under the key it was sent, which somebody else may have planted (session fixation).</remarks>
    public static void BeginNewSession(HttpContext context) => context.Items[NewSession] = true;

    /// <inheritdoc />
    public Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        Set(key, ticket);
        return Task.FromResult(key);
    }

    /// <inheritdoc />
    public Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        // A request that was under way while the user logged out must not bring the session back.
        if (_sessions.TryGetValue(key, out _))
        {
            Set(key, ticket);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<AuthenticationTicket?> RetrieveAsync(string key) =>
        Task.FromResult(_sessions.TryGetValue(key, out byte[]? ticket) ? TicketSerializer.Default.Deserialize(ticket!) : null);

    /// <inheritdoc />
    public Task<AuthenticationTicket?> RetrieveAsync(string key, HttpContext httpContext, CancellationToken cancellationToken)
    {
        if (!httpContext.Items.ContainsKey(NewSession))
        {
            return RetrieveAsync(key);
        }

        _sessions.Remove(key);
        return Task.FromResult<AuthenticationTicket?>(null);
    }

    /// <inheritdoc />
    public Task RemoveAsync(string key)
    {
        _sessions.Remove(key);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public void Dispose() => _sessions.Dispose();

    private void Set(string key, AuthenticationTicket ticket)
    {
        // Bytes, not the object: two requests at once must not change one ticket under each other's hands.
        var bytes = TicketSerializer.Default.Serialize(ticket);
        var entry = new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = ticket.Properties.ExpiresUtc };
        if (!ticket.Properties.IsPersistent)
        {
            // Whoever did not ask to stay connected, and has not been seen for so long, has closed the browser.
            entry.SlidingExpiration = Unused;
        }

        _sessions.Set(key, bytes, entry);
        if (!_sessions.TryGetValue(key, out _))
        {
            // A full cache drops the new entry and keeps the old ones, which would lock new users out.
            _sessions.Compact(0.1);
            _sessions.Set(key, bytes, entry);
        }
    }
}
