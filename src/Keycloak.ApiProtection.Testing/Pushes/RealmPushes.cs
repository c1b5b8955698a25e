using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Sessions;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Pushes;

/// <summary>
/// Requests that Keycloak sends to clients: logout tokens to the clients of a session, and admin actions to admin URLs. There is
/// one attempt for each.
/// </summary>
internal sealed class RealmPushes(Realm realm) : IDisposable
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

    private static readonly TimeSpan PushTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly List<KeycloakPush> _sent = [];
    private HttpClient? _http;

    /// <summary>All sent requests, in the order of their responses.</summary>
    public IReadOnlyList<KeycloakPush> Sent
    {
        get
        {
            lock (_lock)
            {
                return [.. _sent];
            }
        }
    }

    /// <summary>Sends all further requests through a handler; null for real HTTP.</summary>
    public void Through(HttpMessageHandler? handler)
    {
        lock (_lock)
        {
            _http?.Dispose();
            _http = handler is null ? null : new HttpClient(handler, disposeHandler: false) { Timeout = PushTimeout };
        }
    }

    /// <summary>Notifies each client that took part in an ended session and has a logout URL.</summary>
    public async Task LoggedOutAsync(IEnumerable<UserSession> sessions, string issuer, string? onlyClient = null)
    {
        foreach (var session in sessions)
        {
            foreach (var id in session.Clients.Keys.Where(id => onlyClient is null || id == onlyClient))
            {
                if (realm.Export.Clients.GetValueOrDefault(id) is { } client && Url(client.Attribute("backchannel.logout.url")) is { } url)
                {
                    using var content = new FormUrlEncodedContent([new("logout_token", LogoutToken(session, client, issuer))]);
                    await SendAsync(client, url, content).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Sends an action with a not-before time to every client that has an admin URL, or to one client.</summary>
    public async Task ActAsync(string path, string action, Func<Client, long> notBefore, string? onlyClient = null)
    {
        foreach (var client in realm.Export.Clients.Values.Where(client => onlyClient is null || client.Id == onlyClient))
        {
            if (Url(client.AdminUrl) is not { } url)
            {
                continue;
            }

            var now = realm.Time.GetUtcNow();
            var push = CompactJws.Sign(
                new JsonObject
                {
                    ["id"] = $"{Guid.NewGuid()}-{now.ToUnixTimeMilliseconds()}",
                    ["expiration"] = now.ToUnixTimeSeconds() + 30,
                    ["resource"] = client.Id,
                    ["action"] = action,
                    ["notBefore"] = notBefore(client),
                },
                realm.Keys.Active(realm.Export.DefaultAlgorithm));
            using var content = new StringContent(push, Encoding.Latin1, "text/plain");
            await SendAsync(client, new Uri($"{url.AbsoluteUri.TrimEnd('/')}/{path}"), content).ConfigureAwait(false);
        }
    }

    public void Dispose() => _http?.Dispose();

    private static Uri? Url(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : null;

    private string LogoutToken(UserSession session, Client client, string issuer)
    {
        var now = realm.Time.GetUtcNow().ToUnixTimeSeconds();
        var events = new JsonObject { [LogoutEvent] = new JsonObject() };
        if (client.IsOn("backchannel.logout.revoke.offline.tokens"))
        {
            events["revoke_offline_access"] = true;
        }

        var claims = new JsonObject
        {
            ["exp"] = now + 120,
            ["iat"] = now,
            ["jti"] = Guid.NewGuid().ToString(),
            ["iss"] = issuer,
            ["aud"] = client.Id,
            ["sub"] = session.UserId,
            ["typ"] = "Logout",
            ["events"] = events,
        };
        if (client.Attribute("backchannel.logout.session.required") is not "false")
        {
            claims["sid"] = session.Id;
        }

        return CompactJws.Sign(claims, realm.Keys.Active(client.IdTokenAlgorithm(realm.Export)), "logout+jwt");
    }

    private async Task SendAsync(Client client, Uri url, HttpContent content)
    {
        HttpClient http;
        lock (_lock)
        {
            http = _http ??= new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
            {
                Timeout = PushTimeout,
            };
        }

        int? status = null;
        try
        {
            using var answer = await http.PostAsync(url, content).ConfigureAwait(false);
            status = (int)answer.StatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            // Like Keycloak: there is one attempt, and the operation takes effect even if it fails.
        }

        lock (_lock)
        {
            _sent.Add(new KeycloakPush(client.Id, url, status));
        }
    }
}
