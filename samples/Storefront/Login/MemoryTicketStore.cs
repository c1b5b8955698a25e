using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Caching.Memory;

namespace Storefront.Login;

/// <summary>Stores the users' sessions and tokens on the server: the browser's cookie has only a key.</summary>
/// <remarks>
/// In memory: a restart logs all users out, and several instances would need a shared store. Bounded: when the store is full, the least
/// used entries are evicted, so that a flood of log-ins ends sessions but does not exhaust the memory.
/// </remarks>
internal sealed class MemoryTicketStore : ITicketStore, IDisposable
{
    private const int MostSessions = 10_000;
    private static readonly TimeSpan Unused = TimeSpan.FromHours(2);
    private static readonly object NewSession = new();
    private static readonly object PreviousSession = new();
    private readonly MemoryCache _sessions = new(new MemoryCacheOptions { SizeLimit = MostSessions });

    /// <summary>Ends the session that the browser sent, and gives the session of this log-in a new key.</summary>
    /// <remarks>
    /// Otherwise the cookie handler would keep the key that the browser sent, which an attacker may have set (session fixation).
    /// </remarks>
    public static void BeginNewSession(HttpContext context) => context.Items[NewSession] = true;

    /// <summary>The session that the log-in of this request has ended; null if there was none.</summary>
    public static AuthenticationTicket? PreviousOf(HttpContext context) => context.Items[PreviousSession] as AuthenticationTicket;

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
        // A request that was in progress while the user logged out must not restore the session.
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

        if (_sessions.TryGetValue(key, out byte[]? previous))
        {
            httpContext.Items[PreviousSession] = TicketSerializer.Default.Deserialize(previous!);
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
        // Bytes, not the object: two concurrent requests must not change the same ticket.
        var bytes = TicketSerializer.Default.Serialize(ticket);
        var entry = new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = ticket.Properties.ExpiresUtc };
        if (!ticket.Properties.IsPersistent)
        {
            // The user did not choose to stay connected: a session that is not used for this time ends.
            entry.SlidingExpiration = Unused;
        }

        _sessions.Set(key, bytes, entry);
        if (!_sessions.TryGetValue(key, out _))
        {
            // A full cache discards the new entry and keeps the old ones: new users could not log in.
            _sessions.Compact(0.1);
            _sessions.Set(key, bytes, entry);
        }
    }
}
