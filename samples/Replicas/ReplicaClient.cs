using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Gateway.Servers;
using Keycloak.ApiProtection.Testing;

namespace Replicas;

/// <summary>Calls the API with a token, through NGINX or at one replica.</summary>
internal sealed class ReplicaClient(KeycloakRealm realm) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Calls the API once. The second value is the replica that NGINX has chosen.</summary>
    public async Task<(HttpStatusCode Status, string? Replica)> CallAsync(
        ServerProcess server, string token, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "orders"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request, cancellation);
        return (response.StatusCode, response.Headers.TryGetValues("X-Replica", out var replica) ? replica.Single() : null);
    }

    /// <summary>Calls a replica until it rejects the token. Null if it did not reject it, or if it responded with anything else.</summary>
    public async Task<TimeSpan?> UntilRejectedAsync(ServerProcess replica, string token, Stopwatch clock, CancellationToken cancellation)
    {
        while (clock.Elapsed < Patience)
        {
            var (status, _) = await CallAsync(replica, token, cancellation);
            if (status != HttpStatusCode.OK)
            {
                return status == HttpStatusCode.Unauthorized ? clock.Elapsed : null;
            }

            await Task.Delay(Pause, cancellation);
        }

        return null;
    }

    /// <summary>Calls a replica until it has introspected the token for a call, or has not. Returns the status of that call.</summary>
    public async Task<HttpStatusCode?> UntilIntrospectedAsync(
        ServerProcess replica, string token, bool introspected, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience)
        {
            var before = realm.Requests.Introspection;
            var (status, _) = await CallAsync(replica, token, cancellation);
            if (realm.Requests.Introspection > before == introspected)
            {
                return status;
            }

            await Task.Delay(Pause, cancellation);
        }

        return null;
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}
