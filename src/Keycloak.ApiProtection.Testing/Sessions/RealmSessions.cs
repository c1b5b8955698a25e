using System.Buffers.Text;
using System.Security.Cryptography;
using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing.Sessions;

/// <summary>The sessions of a realm, its revoked tokens and its not-before times.</summary>
internal sealed class RealmSessions(RealmExport realm, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, UserSession> _online = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UserSession> _offline = new(StringComparer.Ordinal);
    private readonly HashSet<string> _revokedTokens = new(StringComparer.Ordinal);
    private readonly HashSet<string> _usedRefreshTokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _clientNotBefore =
        realm.Clients.Values.ToDictionary(client => client.Id, client => client.NotBefore);
    private readonly Dictionary<string, long> _userNotBefore = realm.Users.ToDictionary(user => user.Id, user => user.NotBefore);
    private readonly Dictionary<string, bool> _enabled = realm.Users.ToDictionary(user => user.Id, user => user.Enabled);
    private long _notBefore = realm.NotBefore;
    private TimeSpan _sessionMax = realm.SessionMax;

    public long NotBefore
    {
        get
        {
            lock (_lock)
            {
                return _notBefore;
            }
        }
    }

    /// <summary>Creates an id as Keycloak 26 does, from 18 random bytes.</summary>
    public static string NewId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));

    public UserSession Open(UserSession session)
    {
        if (session.Kind != SessionKind.Transient)
        {
            lock (_lock)
            {
                Of(session.Kind)[session.Id] = session;
            }
        }

        return session;
    }

    /// <summary>The live session with this id; null if it ended, expired or never existed.</summary>
    public UserSession? Find(string id, SessionKind kind)
    {
        lock (_lock)
        {
            return Of(kind).GetValueOrDefault(id) is { } session && IsLive(session) ? session : null;
        }
    }

    /// <summary>Adds a client to a session, or updates the client's part of it.</summary>
    public UserSession? Join(string id, SessionKind kind, ClientSession client)
    {
        lock (_lock)
        {
            if (Find(id, kind) is not { } session)
            {
                return null;
            }

            var joined = session with
            {
                LastRefresh = time.GetUtcNow(),
                Clients = new Dictionary<string, ClientSession>(session.Clients) { [client.ClientId] = client },
            };
            return Of(kind)[id] = joined;
        }
    }

    /// <summary>Ends a session for all its clients: after a logout, or by an administrator.</summary>
    public bool End(string id)
    {
        lock (_lock)
        {
            return _online.Remove(id) | _offline.Remove(id);
        }
    }

    /// <summary>Ends one client's part of a session. The session ends together with its last client.</summary>
    public void EndClient(string id, SessionKind kind, string client)
    {
        lock (_lock)
        {
            if (Of(kind).GetValueOrDefault(id) is not { } session)
            {
                return;
            }

            var rest = new Dictionary<string, ClientSession>(session.Clients);
            rest.Remove(client);
            if (rest.Count == 0)
            {
                Of(kind).Remove(id);
            }
            else
            {
                Of(kind)[id] = session with { Clients = rest };
            }
        }
    }

    /// <summary>Ends all online sessions of a user. Offline sessions stay, as in Keycloak.</summary>
    public int EndAllOf(string userId)
    {
        lock (_lock)
        {
            var ended = _online.Values.Where(session => session.UserId == userId).Select(session => session.Id).ToList();
            ended.ForEach(id => _online.Remove(id));
            return ended.Count;
        }
    }

    /// <summary>Sets the maximum lifetime of a session. Applies to existing sessions as well.</summary>
    public void SetMax(TimeSpan max)
    {
        lock (_lock)
        {
            _sessionMax = max;
        }
    }

    /// <summary>Removes all sessions of a deleted user, including offline sessions.</summary>
    public void Forget(User user)
    {
        lock (_lock)
        {
            foreach (var session in _online.Values.Concat(_offline.Values).Where(session => session.UserId == user.Id).ToList())
            {
                Of(session.Kind).Remove(session.Id);
            }

            _enabled.Remove(user.Id);
            _userNotBefore.Remove(user.Id);
        }
    }

    /// <summary>Removes a client from all sessions of a user, as when consent is withdrawn.</summary>
    public void EndClientOf(string userId, string client)
    {
        lock (_lock)
        {
            foreach (var session in _online.Values.Concat(_offline.Values).Where(session => session.UserId == userId).ToList())
            {
                EndClient(session.Id, session.Kind, client);
            }
        }
    }

    /// <summary>Ends all online sessions ("sign out all"), and makes all older tokens inactive.</summary>
    public void EndAll()
    {
        lock (_lock)
        {
            _online.Clear();
            _notBefore = time.GetUtcNow().ToUnixTimeSeconds();
        }
    }

    public void SetNotBefore(long seconds)
    {
        lock (_lock)
        {
            _notBefore = seconds;
        }
    }

    public void SetNotBefore(Client client, long seconds)
    {
        lock (_lock)
        {
            _clientNotBefore[client.Id] = seconds;
        }
    }

    /// <summary>A client's own not-before time; 0 if it has none.</summary>
    public long NotBeforeOf(string clientId)
    {
        lock (_lock)
        {
            return _clientNotBefore.GetValueOrDefault(clientId);
        }
    }

    public void Revoke(string tokenId)
    {
        lock (_lock)
        {
            _revokedTokens.Add(tokenId);
        }
    }

    public bool IsRevoked(string tokenId)
    {
        lock (_lock)
        {
            return _revokedTokens.Contains(tokenId);
        }
    }

    /// <summary>
    /// Returns true at the first use of an id: of a refresh token in a realm that revokes used refresh tokens, or of a DPoP proof.
    /// </summary>
    public bool UseOnce(string refreshTokenId)
    {
        lock (_lock)
        {
            return _usedRefreshTokens.Add(refreshTokenId);
        }
    }

    public bool IsTooOld(long issuedAt, string client, string user)
    {
        lock (_lock)
        {
            return issuedAt < _notBefore
                || issuedAt < _clientNotBefore.GetValueOrDefault(client)
                || issuedAt < _userNotBefore.GetValueOrDefault(user);
        }
    }

    public bool IsEnabled(User user)
    {
        lock (_lock)
        {
            return _enabled.GetValueOrDefault(user.Id);
        }
    }

    public void Enable(User user, bool enabled)
    {
        lock (_lock)
        {
            _enabled[user.Id] = enabled;
        }
    }

    /// <summary>The sessions that are live now.</summary>
    public IReadOnlyList<UserSession> Live()
    {
        lock (_lock)
        {
            return [.. _online.Values.Concat(_offline.Values).Where(IsLive)];
        }
    }

    private Dictionary<string, UserSession> Of(SessionKind kind) => kind == SessionKind.Offline ? _offline : _online;

    private bool IsLive(UserSession session)
    {
        var now = time.GetUtcNow();
        return session.Kind == SessionKind.Offline
            ? now < session.LastRefresh + realm.OfflineIdle && (realm.OfflineMax is not { } max || now < session.Started + max)
            : now < session.LastRefresh + realm.SessionIdle && now < session.Started + _sessionMax;
    }
}
