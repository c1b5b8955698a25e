using System.Net;
using System.Text.Json;
using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>The access token of this API's service account (RFC 6749 section 4.4). It is used until shortly before it expires.</summary>
/// <remarks>Not thread-safe: one poll runs at a time.</remarks>
internal sealed class ServiceAccountToken(
    string clientId, IClientAuthentication authentication, RealmKeys keys, AdminConnection connection, TimeProvider time)
{
    // A fifth of the lifetime is left for differences of clocks and for the request itself.
    private const double UsedPart = 0.8;
    private const int LongestToken = 64 * 1024;

    private static readonly TimeSpan LongestUse = TimeSpan.FromMinutes(10);

    private string? _token;
    private long _requestedAt;
    private TimeSpan _use;

    /// <summary>Discards the token: Keycloak does not accept it any more.</summary>
    public void Discard() => _token = null;

    /// <summary>Returns a token that can be used now.</summary>
    /// <exception cref="OperationCanceledException">The cancellation token was canceled; nothing else is thrown.</exception>
    public async Task<RealmAnswer<string>> GetAsync(CancellationToken cancellationToken)
    {
        if (_token is { } token && time.GetElapsedTime(_requestedAt) < _use)
        {
            return token;
        }

        if (keys.Discovery is null)
        {
            keys.Prefetch();
            await keys.Settled.WaitAsync(cancellationToken);
        }

        return keys.Discovery is not { } realm ? keys.Failure ?? StoredEventsFailures.NoTokenAddress()
            : realm.TokenAddress is not { } address ? StoredEventsFailures.NoTokenAddress()
            : await RequestAsync(address, realm.Issuer, cancellationToken);
    }

    private async Task<RealmAnswer<string>> RequestAsync(Uri address, string issuer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        var form = new List<KeyValuePair<string, string>>(6) { new("grant_type", "client_credentials") };
        authentication.Apply(request, form, issuer);
        request.Content = new FormUrlEncodedContent(form);
        _requestedAt = time.GetTimestamp();
        if (!(await connection.SendAsync(request, cancellationToken)).Succeeded(out var response, out var failure))
        {
            return failure;
        }

        if (response.Status != HttpStatusCode.OK)
        {
            return StoredEventsFailures.NoToken(address, response, clientId);
        }

        if (!RealmJson.Parse(response.Body, address).Succeeded(out var json, out failure))
        {
            return failure;
        }

        using (json)
        {
            if (RealmJson.String(json.RootElement, "access_token") is not { Length: > 0 and <= LongestToken } token
                || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                return RealmFailure.NotJson(address, page: false, "there is no access_token.");
            }

            var seconds = json.RootElement.TryGetProperty("expires_in", out var lifetime) && lifetime.ValueKind == JsonValueKind.Number
                && lifetime.TryGetInt32(out var given) ? given : 0;
            var use = TimeSpan.FromSeconds(Math.Max(0, seconds)) * UsedPart;
            _use = use < LongestUse ? use : LongestUse;
            return _token = token;
        }
    }
}
