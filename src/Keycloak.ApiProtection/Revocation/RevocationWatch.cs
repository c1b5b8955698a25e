using System.Collections.Concurrent;
using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>A callback for one open connection, called when its token is revoked.</summary>
internal sealed class RevocationWatch(TokenMarks marks, Action revoked, ConcurrentDictionary<RevocationWatch, byte> watches) : IDisposable
{
    private int _ended;

    /// <summary>Gets the watch for a user without a token: it never calls back.</summary>
    public static IDisposable None { get; } = new RevocationWatch(default, () => { }, new());

    /// <summary>Gets the marks of the token.</summary>
    public TokenMarks Marks => marks;

    /// <summary>Calls back once, on the thread pool, so that the caller that revokes does not wait for the callback.</summary>
    public void Fire()
    {
        if (End())
        {
            ThreadPool.QueueUserWorkItem(static callback => callback(), revoked, preferLocal: false);
        }
    }

    /// <inheritdoc />
    public void Dispose() => End();

    private bool End()
    {
        watches.TryRemove(this, out _);
        return Interlocked.Exchange(ref _ended, 1) == 0;
    }
}
