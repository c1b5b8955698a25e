using System.Collections.Concurrent;
using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>One open connection, and what to do when its token is revoked.</summary>
internal sealed class RevocationWatch(TokenMarks marks, Action revoked, ConcurrentDictionary<RevocationWatch, byte> watches) : IDisposable
{
    private int _over;

    /// <summary>What is returned for a user who has no token.</summary>
    public static IDisposable OfNothing { get; } = new RevocationWatch(default, () => { }, new());

    /// <summary>Gets what the token is known by.</summary>
    public TokenMarks Marks => marks;

    /// <summary>Calls back, the first time. On the thread pool: whoever revokes does not wait for what others do then.</summary>
    public void Fire()
    {
        if (End())
        {
            ThreadPool.QueueUserWorkItem(static act => act(), revoked, preferLocal: false);
        }
    }

    /// <inheritdoc />
    public void Dispose() => End();

    private bool End()
    {
        watches.TryRemove(this, out _);
        return Interlocked.Exchange(ref _over, 1) == 0;
    }
}
